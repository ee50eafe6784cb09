"""Who, of several processes, does what only one needs to do. A holder that dies is followed by another when its lease has expired.

Clocks of different machines may disagree by less than a lease lasts. For a moment two may hold the same one: what is done under a lease
must do no harm when it is done twice.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from dean_provider.state.statements import insert_new, rows_of, table_of
from dean_provider.state.tables import LeaseRow

__all__ = ["hold", "is_gone", "is_taken", "new_holder", "release"]

_leases = table_of(LeaseRow)
_PAST = datetime.fromtimestamp(0, timezone.utc)
_HOST_LENGTH = 50


def new_holder() -> str:
    """A name for this process that no other has: machine, process, and a part that was never there before."""
    return f"{socket.gethostname()[:_HOST_LENGTH]}/{os.getpid()}/{uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """Whether ``holder`` was a process of this machine that is no more."""
    host, _, rest = holder.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname()[:_HOST_LENGTH] or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


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


def is_taken(
    session: Session, name: str, holder: str, *, gone: Callable[[str], bool] = lambda _: False, now: datetime | None = None
) -> bool:
    """Whether another has the lease. Only reads, for those who would ask again and again."""
    found = session.execute(select(_leases.c.holder, _leases.c.expires_at).where(_leases.c.name == name)).one_or_none()
    if found is None or found.holder == holder or gone(found.holder):
        return False
    expires: datetime = found.expires_at
    return expires > (now or datetime.now(timezone.utc))


def release(session: Session, name: str, holder: str) -> None:
    """Give the lease up, if ``holder`` has it."""
    session.execute(update(_leases).where(_leases.c.name == name, _leases.c.holder == holder).values(expires_at=_PAST))
