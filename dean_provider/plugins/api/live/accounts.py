"""Whom Airflow's auth manager knows, told apart from how: sessions of users, what names them for later, and whether they still hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import cookie_parser

__all__ = ["Accounts", "SessionOf", "session_of"]

_COOKIE = "_token"
_LONGEST = timedelta(days=1)
_MOST_AT_ONCE = 500


class SessionOf(BaseModel):
    """The session in which a request was sent: what Airflow revokes when its user signs out, and when it ends by itself."""

    model_config = ConfigDict(frozen=True)

    token_id: str | None
    ends_at: datetime


def session_of(credentials: Mapping[str, str], now: datetime) -> SessionOf:
    """Of the token a request was let in with. Who let it in has verified it.

    :param credentials: the headers ``authorization`` and ``cookie``, as far as there are any.
    """
    scheme, _, token = credentials.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = cookie_parser(credentials.get("cookie", "")).get(_COOKIE, "")
    try:
        claims: dict[str, Any] = jwt.decode(token.strip(), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        claims = {}
    last, told = now + _LONGEST, claims.get("exp")
    ends_at = min(last, datetime.fromtimestamp(told, timezone.utc)) if isinstance(told, (int, float)) else last
    return SessionOf(token_id=claims.get("jti"), ends_at=ends_at)


class Accounts:
    """The auth manager in force. It may ask the database: never call it on an event loop."""

    @property
    def _manager(self) -> Any:
        from airflow.api_fastapi.app import get_auth_manager

        return get_auth_manager()

    def claims_of(self, user: Any) -> dict[str, JsonValue]:
        """What :meth:`user_of` finds the user by."""
        claims: dict[str, JsonValue] = self._manager.serialize_user(user)
        return claims

    def user_of(self, claims: Mapping[str, JsonValue]) -> Any:
        """The user as the auth manager knows them now; None when there is no such user any more."""
        try:
            return self._manager.deserialize_user(dict(claims))
        except (KeyError, ValueError):
            return None

    def revoked(self, session: Session, token_ids: Collection[str]) -> set[str]:
        """Those of the tokens that were revoked, by signing out."""
        from airflow.models.revoked_token import RevokedToken

        found: set[str] = set()
        listed = sorted(token_ids)
        for start in range(0, len(listed), _MOST_AT_ONCE):
            part = listed[start : start + _MOST_AT_ONCE]
            found.update(session.scalars(select(RevokedToken.jti).where(RevokedToken.jti.in_(part))))
        return found
