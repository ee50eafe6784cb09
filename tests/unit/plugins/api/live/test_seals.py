"""Tickets are signed and their subjects encrypted with what this Airflow has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest
from airflow.api_fastapi.auth.tokens import JWTGenerator, generate_private_key, key_to_pem
from airflow.models import crypto
from cryptography.fernet import Fernet

from dean_provider.errors import AuthenticationError
from dean_provider.plugins.api.live.seals import AUDIENCE, Seals

SECRET = "a-secret-for-tests-0123456789-0123456789-0123456789-0123456789-01234"


@pytest.fixture(params=["secret", "private key"])
def signing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "secret":
        monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SECRET)
        return {"secret_key": SECRET}
    key = generate_private_key("Ed25519")
    path = tmp_path / "key.pem"
    path.write_bytes(key_to_pem(key))
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH", str(path))
    return {"private_key": key}


def test_what_is_signed_is_verified(signing: Any) -> None:
    claims = Seals().verify(Seals().sign({"sub": "live", "path": "ws/events"}, 30))
    assert (claims["aud"], claims["sub"], claims["path"]) == (AUDIENCE, "live", "ws/events")
    assert len(claims["jti"]) == 32


def test_a_token_of_airflows_own_is_no_ticket_nor_is_an_old_one(signing: Any) -> None:
    for audience, seconds in (("apache-airflow", 60), (AUDIENCE, -60)):
        token = JWTGenerator(**signing, audience=audience, valid_for=seconds).generate({"sub": "admin"})
        with pytest.raises(jwt.InvalidTokenError):
            Seals().verify(token)


def test_somebody_elses_signature_is_refused(signing: Any) -> None:
    token = jwt.encode({"aud": AUDIENCE, "sub": "x", "exp": 2**33, "iat": 1, "nbf": 1, "jti": "0" * 32}, "y" * 64, algorithm="HS512")
    with pytest.raises(jwt.InvalidTokenError):
        Seals().verify(token)


def test_another_fernet_key_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "get_fernet", lambda: Fernet(Fernet.generate_key()))
    sealed = Seals().encrypt("who")
    with pytest.raises(AuthenticationError, match="another Fernet key"):
        Seals().decrypt(sealed)
    one = Fernet(Fernet.generate_key())
    monkeypatch.setattr(crypto, "get_fernet", lambda: one)
    assert Seals().decrypt(Seals().encrypt("who")) == "who"
