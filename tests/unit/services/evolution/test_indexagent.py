from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.service import Empty
from dean_provider.errors import ConnectionFailedError, ServiceError
from dean_provider.services.evolution import indexagent
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.settings import EvolutionSettings


def test_a_password_in_the_url_is_never_shown():
    client = IndexAgentClient(EvolutionSettings(indexagent_url="http://user:swordfish@127.0.0.1:9/agents?key=herring"))
    with pytest.raises(ConnectionFailedError, match=r"http://127\.0\.0\.1:9/agents") as caught:
        client.call(operations.HEALTH, Empty())
    shown = repr((str(caught.value), caught.value.details))
    assert "swordfish" not in shown
    assert "herring" not in shown
    client.close()


@pytest.mark.parametrize("url", ["127.0.0.1:8081", "ftp://host", "http://", "http://u:sword/fish@host"])
def test_what_is_no_url_is_refused_without_showing_it(url):
    with pytest.raises(ValidationError) as caught:
        EvolutionSettings(indexagent_url=url)
    assert "sword" not in caught.value.errors()[0]["msg"]


def _self_signed(folder: Path) -> Path:
    """A file with a certificate that nobody but itself vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "self-signed.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as caller, suppress(OSError):
                context.wrap_socket(caller, server_side=True).close()

        server = threading.Thread(target=answer)
        server.start()
        client = IndexAgentClient(EvolutionSettings(indexagent_url=f"HTTPS://127.0.0.1:{listening.getsockname()[1]}"))
        with pytest.raises(ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            client.call(operations.HEALTH, Empty())
        client.close()
        server.join()


SECRET = "a secret of at least thirty-two bytes"


class Guarded:
    """An IndexAgent that wants service tokens, and refuses as many calls as it is told to."""

    def __init__(self, refusals=0):
        self.refusals = refusals
        self.shown = []

    def __call__(self, request):
        token = request.headers["Authorization"].partition(" ")[2]
        self.shown.append(token)
        if self.refusals:
            self.refusals -= 1
            return httpx.Response(401)
        try:
            jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidTokenError:
            return httpx.Response(401)
        return httpx.Response(200, json={"service": "indexagent", "status": "healthy", "version": "1"})


@pytest.fixture
def signing():
    """Makes a client that signs its calls to that IndexAgent."""
    made = []

    def client(guarded):
        made.append(IndexAgentClient(EvolutionSettings(indexagent_jwt_secret=SECRET), httpx.MockTransport(guarded)))
        return made[-1]

    yield client
    for one in made:
        one.close()


def test_a_call_while_the_first_token_is_minted_has_a_token_too(signing, monkeypatch):
    """As when two trials are taken up at once: whoever comes in between must not find an expiry without its token."""
    guarded, encode, between = Guarded(), jwt.encode, []

    def interrupted(*given, **more):
        if not between:
            between.append(True)
            client.call(operations.HEALTH, Empty())
        return encode(*given, **more)

    monkeypatch.setattr(indexagent.jwt, "encode", interrupted)
    client = signing(guarded)
    client.call(operations.HEALTH, Empty())
    assert len(guarded.shown) == 2


def test_a_token_is_used_until_shortly_before_it_expires(signing, monkeypatch):
    guarded, now = Guarded(), time.time()
    monkeypatch.setattr(indexagent.time, "time", lambda: now)
    client = signing(guarded)
    for later in (0, 269, 2):
        now += later
        client.call(operations.HEALTH, Empty())
    first, again, renewed = guarded.shown
    assert first == again != renewed


def test_a_token_that_is_refused_is_minted_anew_once(signing):
    guarded = Guarded(refusals=1)
    client = signing(guarded)
    client.call(operations.HEALTH, Empty())
    assert len(guarded.shown) == 2
    guarded.refusals = 2
    with pytest.raises(ServiceError, match="refuses the Evolution API's credentials"):
        client.call(operations.HEALTH, Empty())
    assert len(guarded.shown) == 4


@pytest.mark.parametrize(("given", "allowed", "connecting"), [({}, 20, 5), ({"seconds": 900}, 20, 5), ({"seconds": 2}, 2, 2)])
def test_a_call_takes_no_longer_than_the_setting_says_or_less_if_asked(given, allowed, connecting):
    seen = []

    def answer(request):
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"service": "indexagent", "status": "healthy", "version": "1"})

    client = IndexAgentClient(EvolutionSettings(indexagent_timeout_seconds=20), httpx.MockTransport(answer))
    client.call(operations.HEALTH, Empty(), **given)
    client.close()
    assert seen == [{"connect": connecting, "read": allowed, "write": allowed, "pool": allowed}]
