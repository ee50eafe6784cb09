"""Who, of several processes, does what only one needs to do. A holder that dies is followed by another when its lease has expired.

Clocks of different machines may disagree by less than a lease lasts. For a moment two may hold the same one: what is done under a lease
must do no harm when it is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from dean_provider.state.statements import insert_new, rows_of, table_of
from dean_provider.state.tables import LeaseRow

__all__ = ["hold", "release"]

_leases = table_of(LeaseRow)
_PAST = datetime.fromtimestamp(0, timezone.utc)


def hold(
    session: Session,
    name: str,
    holder: str,
    seconds: float,
    *,
    gone: Callable[[str], bool] = lambda _: False,
    now: datetime | None = None,
) -> bool:
    """Take or renew the lease called ``name``; whether ``holder`` has it then. Nothing is kept unless the caller commits.

    :param seconds: how long it lasts.
    :param gone: whether another holder is known to be dead, so that nobody need wait for its lease to expire.
    :param now: the clock's unless given.
    """
    instant = now or datetime.now(timezone.utc)
    other = session.execute(select(_leases.c.holder).where(_leases.c.name == name)).scalar()
    mine = [holder, *([other] if other is not None and gone(other) else [])]
    free = or_(_leases.c.holder.in_(mine), _leases.c.expires_at <= instant)
    statement = update(_leases).where(_leases.c.name == name, free).values(holder=holder, expires_at=instant + timedelta(seconds=seconds))
    if rows_of(session.execute(statement)):
        return True
    insert_new(session, LeaseRow, {"name": name, "holder": holder, "expires_at": _PAST})
    return bool(rows_of(session.execute(statement)))


def release(session: Session, name: str, holder: str) -> None:
    """Give the lease up, if ``holder`` has it."""
    session.execute(update(_leases).where(_leases.c.name == name, _leases.c.holder == holder).values(expires_at=_PAST))
