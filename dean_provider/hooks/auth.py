"""Who we say we are: the headers that authenticate a call, and when they have to be made anew.

No transport here: a credential that needs a token from the service says which request gets it and is handed the answer.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from dean_provider.contract.endpoints import WireRequest
from dean_provider.errors import InvalidResponseError
from dean_provider.hooks.connection import Settings
from dean_provider.hooks.options import AuthMode
from dean_provider.hooks.reading import unusable

__all__ = ["Claims", "Credentials", "LoginToken", "ServiceToken", "StaticHeaders", "auth_mode", "credentials_of", "header_of"]

_CLOCK_SKEW_SECONDS = 30
_MARGIN_SECONDS = 60.0
_MOST_BEARERS = 1000

Claims = Mapping[str, Any]
Sign = Callable[[dict[str, Any]], str]


class Credentials(ABC):
    """Headers that authenticate calls over one connection."""

    @abstractmethod
    def headers(self, now: float) -> dict[str, str]:
        """Headers for a call at ``now`` (seconds since the epoch)."""

    def due(self, now: float) -> bool:  # noqa: ARG002
        """Whether something must be made or fetched before :meth:`headers` can be used."""
        return False

    def on_behalf(self, claims: Claims) -> Credentials:  # noqa: ARG002
        """The credentials of calls made for whom ``claims`` describe: these, unless tokens can say so."""
        return self

    def request(self) -> WireRequest | None:
        """The request that fetches a token, when one has to be fetched rather than made."""
        return None

    def renew(self, now: float, answer: Any = None) -> str:  # noqa: ARG002
        """Make what is due, from the answer to :meth:`request` if there is one; returns the new secret, to be masked."""
        return ""

    def expire(self, used: Mapping[str, str]) -> bool:  # noqa: ARG002
        """The service refused the headers ``used``. Returns whether others can be had.

        Others may have been made since they were sent: those stay.
        """
        return False


class StaticHeaders(Credentials):
    """Headers that never change: none, basic authentication, a bearer token, a key."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    def headers(self, now: float) -> dict[str, str]:  # noqa: ARG002
        return self._headers


class _Token(Credentials):
    """A bearer token with an end. It is renewed a margin before: a minute, or a fifth of its life if that is shorter.

    Of many callers one is told to renew it; the others go on with the old one while that is good.
    """

    def __init__(self) -> None:
        self._header: dict[str, str] = {}
        self._renew_at = 0.0
        self._expires = 0.0

    def due(self, now: float) -> bool:
        if self._header and now < self._renew_at:
            return False
        self._renew_at = now + max(0.0, self._expires - now) / 2
        return True

    def headers(self, now: float) -> dict[str, str]:  # noqa: ARG002
        return self._header

    def expire(self, used: Mapping[str, str]) -> bool:
        if used == self._header:
            self._header = {}
        return True

    def _take(self, token: str, now: float, expires: float) -> str:
        self._expires = expires
        self._renew_at = expires - min(_MARGIN_SECONDS, (expires - now) / 5)
        self._header = {"Authorization": f"Bearer {token}"}
        return token


def signed_with(secret: str) -> Sign:
    """Signs tokens with a secret both sides know (HS256)."""

    def sign(claims: dict[str, Any]) -> str:
        import jwt

        with warnings.catch_warnings():
            # The length of the secret is the service's choice; it is said once, in the documentation.
            warnings.simplefilter("ignore")
            return jwt.encode(claims, secret, algorithm="HS256")

    return sign


def signed_by_airflow(claims: dict[str, Any]) -> str:
    """Sign a token as Airflow's API server signs its own (section ``[api_auth]``)."""
    import jwt
    from airflow.api_fastapi.auth.tokens import JWTGenerator, get_signing_args

    airflow = JWTGenerator(valid_for=0, audience="", **get_signing_args(make_secret_key_if_needed=False))
    issuer = {"iss": airflow.issuer} if airflow.issuer else {}
    return jwt.encode({**claims, **issuer}, airflow.signing_arg, algorithm=airflow.algorithm, headers={"kid": airflow.kid})


class ServiceToken(_Token):
    """A service token (JWT) of our own making.

    The services want ``sub`` and ``username`` and ``type`` "service"; they refuse an ``iat`` in the future, so ours lies
    half a minute back for clocks that disagree.

    :param username: claims ``sub`` and ``username``, unless ``claims`` say otherwise.
    :param lifetime: seconds a token is good for.
    :param claims: further claims.
    """

    def __init__(self, sign: Sign, username: str, *, lifetime: float, claims: Claims) -> None:
        super().__init__()
        self._sign = sign
        self._username = username
        self._lifetime = lifetime
        self._claims = dict(claims)
        self._bearers: OrderedDict[tuple[tuple[str, Any], ...], ServiceToken] = OrderedDict()

    def on_behalf(self, claims: Claims) -> Credentials:
        """Tokens that say for whom a call is made. Those of the last thousand are kept."""
        if not claims:
            return self
        key = tuple(sorted(claims.items()))
        bearer = self._bearers.get(key)
        if bearer is None:
            bearer = ServiceToken(self._sign, self._username, lifetime=self._lifetime, claims={**self._claims, **claims})
            bearer = self._bearers.setdefault(key, bearer)
        self._bearers.move_to_end(key)
        while len(self._bearers) > _MOST_BEARERS:
            self._bearers.popitem(last=False)
        return bearer

    def renew(self, now: float, answer: Any = None) -> str:  # noqa: ARG002
        expires, begins = now + self._lifetime, int(now) - _CLOCK_SKEW_SECONDS
        claims = {
            "sub": self._username,
            "username": self._username,
            "type": "service",
            "iat": begins,
            "nbf": begins,
            "exp": int(expires),
            **self._claims,
        }
        return self._take(self._sign(claims), now, expires)


class LoginToken(_Token):
    """A token that another Airflow gives for login and password at ``POST /auth/token``."""

    def __init__(self, login: str, password: str) -> None:
        super().__init__()
        self._login = login
        self._password = password

    def request(self) -> WireRequest:
        return WireRequest("POST", "/auth/token", {}, {"username": self._login, "password": self._password})

    def renew(self, now: float, answer: Any = None) -> str:
        import jwt

        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise InvalidResponseError(
                "The answer of /auth/token holds no access_token.",
                suggestions=["Check that host and port are an Airflow's API server, version 3 or later."],
            )
        try:
            expires = float(jwt.decode(token, options={"verify_signature": False}).get("exp", now + 3600))
        except (jwt.InvalidTokenError, TypeError, ValueError):
            expires = now + 3600
        return self._take(token, now, expires)


def auth_mode(settings: Settings, *, exchanges_login: bool) -> AuthMode:
    """What ``auto`` stands for with this connection."""
    mode = settings.options.auth
    if mode is not AuthMode.AUTO:
        return mode
    if settings.login:
        return AuthMode.LOGIN if exchanges_login else AuthMode.BASIC
    return AuthMode.BEARER if settings.password else AuthMode.NONE


def header_of(settings: Settings, *, exchanges_login: bool = False) -> str:
    """What the header that authenticates calls begins with: its name, and a scheme where it has one. Empty without such a header."""
    mode = auth_mode(settings, exchanges_login=exchanges_login)
    if mode is AuthMode.NONE:
        return next((f"{name}:" for name in settings.headers if name.lower() == "authorization"), "")
    if mode is AuthMode.KEY:
        return f"{settings.options.key_header}:"
    return f"Authorization: {'Basic' if mode is AuthMode.BASIC else 'Bearer'}"


def credentials_of(settings: Settings, *, exchanges_login: bool = False) -> Credentials:
    """The credentials a connection asks for.

    :param exchanges_login: whether the service gives tokens for login and password.
    :raises InvalidConfigurationError: when login or password needed for it is missing.
    """
    mode, options = auth_mode(settings, exchanges_login=exchanges_login), settings.options
    if mode is AuthMode.NONE:
        return StaticHeaders({})
    if mode is AuthMode.BASIC:
        return StaticHeaders({"Authorization": _needed(settings, "login", settings.basic, mode)})
    if mode is AuthMode.JWT:
        return _minted(settings)
    password = _needed(settings, "password", settings.password, mode)
    if mode is AuthMode.BEARER:
        return StaticHeaders({"Authorization": f"Bearer {_sendable(settings, password)}"})
    if mode is AuthMode.KEY:
        return StaticHeaders({options.key_header: _sendable(settings, password)})
    return LoginToken(_needed(settings, "login", settings.login, mode), password)


def _minted(settings: Settings) -> ServiceToken:
    options = settings.options
    if settings.signed_by_airflow:
        sign: Sign = signed_by_airflow
    else:
        sign = signed_with(_needed(settings, "password", settings.password, AuthMode.JWT))
    username = options.jwt_username or settings.login or "dean"
    return ServiceToken(sign, username, lifetime=options.jwt_lifetime_seconds, claims=options.jwt_claims)


def _needed(settings: Settings, field: str, value: str | None, mode: AuthMode) -> str:
    if value:
        return value
    raise unusable(settings.conn_id, field, f"auth {mode.value!r} needs a {field}", f"Set the connection's {field}, or another auth.")


def _sendable(settings: Settings, password: str) -> str:
    """A password with a line break (a file read whole, say) cannot be a header; libraries would show it in their message."""
    if password.isascii() and password.isprintable():
        return password
    raise unusable(
        settings.conn_id, "password", "its password cannot be sent in a header", "Remove line breaks and characters beyond ASCII from it."
    )
