"""Tickets: whoever may read asks for one as for anything else, and opens one socket with it within half a minute.

A socket cannot carry a token in a header where a browser opens it, and there may be no cookie. A ticket may travel where it can be seen:
it says nothing about its owner, is good for nothing else, and is used up by the first who shows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from uuid import UUID

import jwt
from pydantic import BaseModel, JsonValue

from dean_provider.contract.live import EVENTS, TRIAL, Ticket
from dean_provider.errors import AuthenticationError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.live.accounts import Accounts, SessionOf, session_of
from dean_provider.plugins.api.live.seals import Seals
from dean_provider.plugins.api.recording import patiently

__all__ = ["TICKET_SECONDS", "Subject", "Tickets"]

TICKET_SECONDS = 30.0
_TIDY_SECONDS = 60.0
Now = Callable[[], datetime]


class Subject(BaseModel):
    """Whose a ticket is.

    :param claims: by which the auth manager finds the user again.
    :param workflow_id: the one trial it is for; None for every execution the user may read.
    """

    name: str
    claims: dict[str, JsonValue]
    address: str | None
    session: SessionOf
    workflow_id: UUID | None


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def path_of(workflow_id: UUID | None) -> str:
    """Where a socket is, below where the gateway is mounted."""
    return EVENTS if workflow_id is None else TRIAL.format(workflow_id=workflow_id)


class Tickets:
    """Issues tickets and takes them. Both block."""

    def __init__(self, sessions: Sessions, *, accounts: Accounts | None = None, seals: Seals | None = None, now: Now = utc_now) -> None:
        self._sessions = sessions
        self._accounts = accounts or Accounts()
        self._seals = seals or Seals()
        self._now = now
        self._tidied_at = time.monotonic()

    def issue(self, call: Call, workflow_id: UUID | None) -> Ticket:
        """A ticket for whoever sent ``call``, whose right to read is certain."""
        from dean_provider.state import tickets

        now = self._now()
        session = session_of(call.credentials, now)
        claims = self._accounts.claims_of(call.caller.user)
        subject = Subject(name=call.caller.name, claims=claims, address=call.caller.address, session=session, workflow_id=workflow_id)
        token = self._seals.sign({"sub": "live", "path": path_of(workflow_id)}, TICKET_SECONDS)
        ticket_id = UUID(jwt.decode(token, options={"verify_signature": False})["jti"])
        expires_at = now + timedelta(seconds=TICKET_SECONDS)
        sealed, tidy = self._seals.encrypt(subject.model_dump_json()), self._is_time_to_tidy()

        def work() -> None:
            with self._sessions() as opened:
                if tidy:
                    tickets.remove_expired(opened, now)
                tickets.keep(opened, ticket_id, sealed, expires_at)

        patiently(work)
        return Ticket(ticket=token, expires_at=expires_at, path=path_of(workflow_id))

    def redeem(self, token: str, workflow_id: UUID | None) -> Subject:
        """Use a ticket up.

        :raises AuthenticationError: it is no ticket, has expired, was used, is for another socket, or its session has ended.
        """
        from dean_provider.state import tickets

        ticket_id = self._verified(token, workflow_id)
        now = self._now()

        def work() -> tuple[str | None, set[str]]:
            with self._sessions() as opened:
                found = tickets.redeem(opened, ticket_id, now)
                if found is None:
                    return None, set()
                token_id = Subject.model_validate_json(self._seals.decrypt(found)).session.token_id
                return found, self._accounts.revoked(opened, [token_id] if token_id else [])

        sealed, revoked = patiently(work)
        if sealed is None:
            raise refused("The ticket was used, or has expired.")
        subject = Subject.model_validate_json(self._seals.decrypt(sealed))
        if revoked or subject.session.ends_at <= now:
            raise refused("The session in which the ticket was issued has ended.")
        return subject

    def _verified(self, token: str, workflow_id: UUID | None) -> UUID:
        try:
            claims = self._seals.verify(token)
            ticket_id = UUID(claims["jti"])
        except (jwt.InvalidTokenError, ValueError) as error:
            expired = isinstance(error, jwt.ExpiredSignatureError)
            raise refused("The ticket has expired." if expired else "This is no ticket of this Airflow's.") from None
        if claims.get("path") != path_of(workflow_id):
            raise refused("The ticket is for another socket.")
        return ticket_id

    def _is_time_to_tidy(self) -> bool:
        if time.monotonic() - self._tidied_at < _TIDY_SECONDS:
            return False
        self._tidied_at = time.monotonic()
        return True


def refused(reason: str) -> AuthenticationError:
    return AuthenticationError(
        reason, suggestions=["Ask for a new one: POST /dean/api/v1/live/tickets. Each opens one socket, within half a minute."]
    )
