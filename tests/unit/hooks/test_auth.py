from __future__ import annotations

from typing import Any

import jwt
import pytest

from dean_provider.errors import InvalidConfigurationError, InvalidResponseError
from dean_provider.hooks.auth import LoginToken, ServiceToken, auth_mode, credentials_of, header_of, signed_with
from dean_provider.hooks.connection import settings_of
from dean_provider.hooks.options import AuthMode

SECRET = "a secret of more than 32 characters"
NOW = 1_800_000_000.0


def token_of(credentials: Any, now: float = NOW) -> str:
    return credentials.headers(now)["Authorization"].removeprefix("Bearer ")


def claims_of(credentials: Any, now: float = NOW) -> dict[str, Any]:
    return jwt.decode(
        token_of(credentials, now),
        SECRET,
        algorithms=["HS256"],
        options=dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf", "verify_aud"), False),
    )


def test_a_service_token_holds_what_the_services_want(connection: Any) -> None:
    extra = {"auth": "jwt", "jwt_lifetime_seconds": 600, "jwt_claims": {"aud": "dean", "roles": ["evolve"]}}
    credentials = credentials_of(settings_of(connection(host="h", login="ann", password=SECRET, extra=extra)))

    assert credentials.due(NOW)
    credentials.renew(NOW)

    claims = claims_of(credentials)
    assert claims == {
        "sub": "ann",
        "username": "ann",
        "type": "service",
        "iat": NOW - 30,
        "nbf": NOW - 30,
        "exp": NOW + 600,
        "aud": "dean",
        "roles": ["evolve"],
    }


def test_a_token_made_on_behalf_of_somebody_says_so_and_is_kept() -> None:
    credentials = ServiceToken(signed_with(SECRET), "ann", lifetime=600, claims={"aud": "dean"})
    one, other = (credentials.on_behalf({"dag_id": "d", "task_id": task}) for task in ("one", "other"))

    for bearer in (one, other):
        assert bearer.due(NOW)
        bearer.renew(NOW)
    assert (claims_of(one)["aud"], claims_of(one)["task_id"], claims_of(other)["task_id"]) == ("dean", "one", "other")
    assert credentials.on_behalf({"task_id": "one", "dag_id": "d"}) is one
    assert credentials.on_behalf({}) is credentials


def test_only_so_many_are_kept() -> None:
    credentials = ServiceToken(signed_with(SECRET), "ann", lifetime=600, claims={})
    first = credentials.on_behalf({"task_id": "first"})
    for number in range(1000):
        credentials.on_behalf({"task_id": str(number)})

    assert credentials.on_behalf({"task_id": "first"}) is not first
    assert credentials.on_behalf({"task_id": "999"}) is credentials.on_behalf({"task_id": "999"})


def test_who_cannot_say_for_whom_says_nothing(connection: Any) -> None:
    fixed = credentials_of(settings_of(connection(host="h", password="x")))

    assert fixed.on_behalf({"task_id": "one"}) is fixed


@pytest.mark.parametrize(("extra", "login", "name"), [({}, None, "dean"), ({}, "ann", "ann"), ({"jwt_username": "bob"}, "ann", "bob")])
def test_a_service_token_names_somebody(connection: Any, extra: dict[str, Any], login: str | None, name: str) -> None:
    credentials = credentials_of(settings_of(connection(host="h", login=login, password=SECRET, extra={"auth": "jwt", **extra})))
    credentials.renew(NOW)

    assert (claims_of(credentials)["sub"], claims_of(credentials)["username"]) == (name, name)


@pytest.mark.parametrize(("lifetime", "margin"), [(3600, 60), (300, 60), (100, 20), (1, 0.2)])
def test_a_token_is_renewed_before_it_expires(lifetime: float, margin: float) -> None:
    credentials = ServiceToken(signed_with(SECRET), "ann", lifetime=lifetime, claims={})
    credentials.renew(NOW)
    first = token_of(credentials)

    assert not credentials.due(NOW + lifetime - margin - 0.01)
    assert credentials.due(NOW + lifetime - margin + 0.01)
    credentials.renew(NOW + lifetime)
    assert token_of(credentials) != first


def test_of_many_callers_one_renews_a_token_that_is_still_good() -> None:
    credentials = ServiceToken(signed_with(SECRET), "ann", lifetime=600, claims={})
    credentials.renew(NOW)

    assert [credentials.due(NOW + 550) for _ in range(3)] == [True, False, False]
    assert credentials.due(NOW + 576)
    assert [credentials.due(NOW + 600) for _ in range(2)] == [True, True]


def test_a_short_secret_is_the_services_choice() -> None:
    """Deployed services sign with fifteen characters; PyJWT warns, and warnings are errors here."""
    ServiceToken(signed_with("test-secret-key"), "ann", lifetime=60, claims={}).renew(NOW)


def test_a_login_is_exchanged_for_a_token() -> None:
    credentials = LoginToken("ann", "sesame")
    wire = credentials.request()

    assert (wire.method, wire.path, wire.body) == ("POST", "/auth/token", {"username": "ann", "password": "sesame"})
    token = jwt.encode({"exp": NOW + 1000}, SECRET, algorithm="HS256")
    assert credentials.renew(NOW, {"access_token": token}) == token
    assert token_of(credentials) == token
    assert not credentials.due(NOW + 939)
    assert credentials.due(NOW + 941)


def test_an_opaque_token_is_good_for_an_hour() -> None:
    credentials = LoginToken("ann", "sesame")
    credentials.renew(NOW, {"access_token": "opaque"})

    assert not credentials.due(NOW + 3500)
    assert credentials.due(NOW + 3541)


@pytest.mark.parametrize("answer", [None, [], {}, {"access_token": None}, {"access_token": ""}, {"access_token": 7}])
def test_an_answer_without_a_token(answer: Any) -> None:
    with pytest.raises(InvalidResponseError, match="no access_token"):
        LoginToken("ann", "sesame").renew(NOW, answer)


@pytest.mark.parametrize(
    ("fields", "exchanges", "mode"),
    [
        ({}, False, AuthMode.NONE),
        ({"login": "ann", "password": "x"}, False, AuthMode.BASIC),
        ({"login": "ann", "password": "x"}, True, AuthMode.LOGIN),
        ({"password": "x"}, False, AuthMode.BEARER),
        ({"password": "x"}, True, AuthMode.BEARER),
        ({"login": "ann", "password": "x", "extra": {"auth": "basic"}}, True, AuthMode.BASIC),
        ({"login": "ann", "password": "x", "extra": {"auth": "none"}}, False, AuthMode.NONE),
    ],
)
def test_what_auto_stands_for(connection: Any, fields: dict[str, Any], exchanges: bool, mode: AuthMode) -> None:
    assert auth_mode(settings_of(connection(host="h", **fields)), exchanges_login=exchanges) is mode


@pytest.mark.parametrize("mode", ["basic", "bearer", "key", "jwt", "login"])
def test_what_a_mode_needs_is_asked_for(connection: Any, mode: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=f"auth '{mode}' needs a"):
        credentials_of(settings_of(connection(host="h", extra={"auth": mode})))


@pytest.mark.parametrize("mode", ["bearer", "key"])
def test_a_password_with_a_line_break_is_refused_without_showing_it(connection: Any, mode: str) -> None:
    with pytest.raises(InvalidConfigurationError, match="cannot be sent in a header") as refused:
        credentials_of(settings_of(connection(host="h", password="sesame\n", extra={"auth": mode})))

    assert "sesame" not in str(refused.value.details) + str(refused.value)


def test_only_tokens_can_be_had_anew(connection: Any) -> None:
    fixed = credentials_of(settings_of(connection(host="h", password="x")))
    minted = ServiceToken(signed_with(SECRET), "ann", lifetime=60, claims={})
    minted.renew(NOW)

    assert (fixed.expire(fixed.headers(NOW)), minted.expire(minted.headers(NOW))) == (False, True)
    assert minted.due(NOW)


def test_a_late_refusal_of_an_old_token_leaves_the_new_one() -> None:
    credentials = ServiceToken(signed_with(SECRET), "ann", lifetime=60, claims={})
    credentials.renew(NOW)
    old = credentials.headers(NOW)
    credentials.renew(NOW + 50)

    assert credentials.expire(old)
    assert credentials.headers(NOW + 50)
    assert not credentials.due(NOW + 51)


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ({}, ""),
        ({"password": SECRET}, "Authorization: Bearer"),
        ({"password": SECRET, "extra": {"auth": "jwt"}}, "Authorization: Bearer"),
        ({"login": "ann", "password": SECRET}, "Authorization: Basic"),
        ({"password": SECRET, "extra": {"auth": "key", "key_header": "X-Key"}}, "X-Key:"),
        ({"extra": {"headers": {"authorization": f"Token {SECRET}"}}}, "authorization:"),
    ],
)
def test_the_header_of_a_credential_can_be_told_without_it(connection: Any, fields: dict[str, Any], begins: str) -> None:
    assert header_of(settings_of(connection(host="h", **fields))) == begins
