"""Who may call: a static bearer token, or a service token signed with a shared secret."""

from __future__ import annotations

import hmac

import jwt
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dean_provider.errors import AuthenticationError
from dean_provider.web.problems import problem_response

__all__ = ["OPEN_PATHS", "BearerGuard"]

OPEN_PATHS = frozenset({"/health"})
_CLOCK_SKEW_SECONDS = 30
_TYPES = ("access", "service")


class BearerGuard:
    """Lets nobody but bearers past, when a token or a secret is set; ``/health`` stays open."""

    def __init__(self, app: ASGIApp, token: SecretStr | None, jwt_secret: SecretStr | None) -> None:
        self.app = app
        self.token = None if token is None else token.get_secret_value().encode()
        self.jwt_secret = None if jwt_secret is None else jwt_secret.get_secret_value()

    def _signed(self, presented: str) -> bool:
        if self.jwt_secret is None:
            return False
        try:
            claims = jwt.decode(
                presented,
                self.jwt_secret,
                algorithms=["HS256"],
                leeway=_CLOCK_SKEW_SECONDS,
                options={"require": ["sub", "exp"], "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            return False
        return claims.get("type") in _TYPES

    def _known(self, presented: str) -> bool:
        if self.token is not None and hmac.compare_digest(presented.encode(), self.token):
            return True
        return self._signed(presented)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] != "http" or scope["path"] in OPEN_PATHS or (self.token is None and self.jwt_secret is None)
        if is_open:
            await self.app(scope, receive, send)
            return
        scheme, _, presented = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and presented.strip() and self._known(presented.strip()):
            await self.app(scope, receive, send)
            return
        error = AuthenticationError(
            "A valid bearer token is needed." if not presented else "The bearer token is not valid or has expired.",
            suggestions=["Send 'Authorization: Bearer <token>' with the service's token, or a service token signed with its secret."],
        )
        await problem_response(error, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
