"""What processes found last, for the others: one row for each kind and name, replaced by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dean_provider.state.statements import insert_new, replace_all, table_of
from dean_provider.state.tables import ReadingRow

__all__ = ["change", "forget", "keep", "newest", "since"]

_readings = table_of(ReadingRow)


def keep(session: Session, kind: str, name: str, taken_at: datetime, body: bytes) -> None:
    """Put ``body`` in place of what was kept before."""
    replace_all(session, ReadingRow, [{"kind": kind, "name": name, "taken_at": taken_at, "body": body}])


def newest(session: Session, kind: str, name: str, after: datetime | None = None) -> bytes | None:
    """What is kept, when it was taken after ``after``."""
    statement = select(_readings.c.body).where(_readings.c.kind == kind, _readings.c.name == name)
    statement = statement if after is None else statement.where(_readings.c.taken_at > after)
    return session.execute(statement).scalar()


def since(session: Session, kind: str, start: datetime, most: int) -> list[tuple[str, bytes]]:
    """Name and body of what was taken since ``start``, by name."""
    statement = (
        select(_readings.c.name, _readings.c.body)
        .where(_readings.c.kind == kind, _readings.c.taken_at >= start)
        .order_by(_readings.c.name)
        .limit(most)
    )
    return list(session.execute(statement).tuples())


def change(session: Session, kind: str, name: str, taken_at: datetime, change: Callable[[bytes], bytes]) -> None:
    """Replace what is kept by what ``change`` makes of it (empty at first), nobody else in between."""
    insert_new(session, ReadingRow, {"kind": kind, "name": name, "taken_at": taken_at, "body": b""})
    mine = (_readings.c.kind == kind, _readings.c.name == name)
    before = session.execute(select(_readings.c.body).where(*mine).with_for_update()).scalar_one()
    session.execute(_readings.update().where(*mine).values(taken_at=taken_at, body=change(before)))


def forget(session: Session, kind: str, before: datetime) -> None:
    """Remove what was taken before ``before``."""
    session.execute(delete(_readings).where(_readings.c.kind == kind, _readings.c.taken_at < before))
