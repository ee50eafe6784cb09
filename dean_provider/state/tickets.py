"""Tickets of live sockets: kept when they are issued, gone when they are used, whichever process does either."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from dean_provider.state.statements import rows_of, table_of
from dean_provider.state.tables import TicketRow

__all__ = ["keep", "redeem", "remove_expired"]

_tickets = table_of(TicketRow)


def keep(session: Session, ticket_id: UUID, subject: str, expires_at: datetime) -> None:
    """Remember a ticket."""
    session.execute(insert(_tickets).values(id=ticket_id, subject=subject, expires_at=expires_at))


def redeem(session: Session, ticket_id: UUID, now: datetime) -> str | None:
    """Use a ticket up: its subject, for one of all who try; None for the others, and when it has expired."""
    statement = delete(_tickets).where(_tickets.c.id == ticket_id).returning(_tickets.c.subject, _tickets.c.expires_at)
    found = session.execute(statement).one_or_none()
    return None if found is None or found.expires_at <= now else found.subject


def remove_expired(session: Session, now: datetime) -> int:
    """Remove tickets nobody can use any more; how many there were."""
    return rows_of(session.execute(delete(_tickets).where(_tickets.c.expires_at <= now)))
