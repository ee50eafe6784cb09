from __future__ import annotations

import time

import jwt
import pytest
from pydantic import SecretStr

from dean_provider.contract.problem import Problem
from dean_provider.services.web.authentication import BearerGuard

SECRET = "a secret of at least thirty-two bytes"
PATH = "/api/v1/populations"


def signed(secret=SECRET, algorithm="HS256", **claims):
    """:param claims: instead of good ones, None for none of that name; times in seconds from now."""
    good = {"sub": "airflow", "username": "airflow", "type": "service", "iat": 0, "exp": 60}
    chosen = {key: value for key, value in {**good, **claims}.items() if value is not None}
    now = int(time.time())
    return jwt.encode({key: now + value if key in ("iat", "exp") else value for key, value in chosen.items()}, secret, algorithm=algorithm)


def ask(client, token=None, path=PATH, scheme="Bearer"):
    return client.get(path, headers={} if token is None else {"Authorization": f"{scheme} {token}"})


def test_without_protection_everybody_may_call(indexagent):
    assert ask(indexagent()).status_code == 200


def test_with_a_token_only_its_bearers(indexagent):
    client = indexagent(token="open sesame")
    assert ask(client, "open sesame").status_code == 200
    for answer in (ask(client), ask(client, "open"), ask(client, "open sesame", scheme="Basic"), ask(client, signed())):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert Problem.model_validate_json(answer.content).error_code == "authentication_failed"
        assert "sesame" not in answer.text


def test_only_health_is_open(indexagent):
    client = indexagent(token="open sesame")
    assert client.get("/health").status_code == 200
    assert {ask(client, path=path).status_code for path in ("/metrics", "/openapi.json", "/docs", "/nowhere")} == {401}


def test_a_service_token_signed_with_the_secret_is_as_good(indexagent):
    client = indexagent(token="open sesame", jwt_secret=SECRET)
    assert ask(client, signed()).status_code == 200
    assert ask(client, signed(type="access")).status_code == 200
    assert ask(client, "open sesame").status_code == 200


@pytest.mark.parametrize(
    "mistake",
    [
        {"secret": "b secret of at least thirty-two bytes"},
        {"exp": -100},
        {"iat": 100, "exp": 200},
        {"exp": None},
        {"sub": None},
        {"type": "refresh"},
        {"type": None},
        {"secret": "", "algorithm": "none"},
    ],
    ids=["secret", "expired", "future", "endless", "nobody", "refresh", "untyped", "unsigned"],
)
def test_other_tokens_are_not(indexagent, mistake):
    """Made when they are asked with: one that has expired meanwhile would be refused for that alone."""
    assert ask(indexagent(jwt_secret=SECRET), signed(**mistake)).status_code == 401


@pytest.mark.parametrize("token", ["not.a.token", ""], ids=["malformed", "empty"])
def test_what_is_no_token_is_not(indexagent, token):
    assert ask(indexagent(jwt_secret=SECRET), token).status_code == 401


async def test_an_empty_token_is_nobodys():
    """Settings refuse one; should it come from elsewhere, it lets nobody in."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": PATH, "headers": [(b"authorization", b"Bearer ")]}
    await BearerGuard(None, token=SecretStr(""), jwt_secret=None)(scope, None, send)
    assert sent[0]["status"] == 401
