"""Who was told of which incident. A row is claimed before a message is handed over, and settled after it was: never two for one claim."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.alert import IncidentStatus
from dean_provider.state.columns import utc
from dean_provider.state.record import system_workflow_id
from dean_provider.state.statements import rows_of, table_of
from dean_provider.state.tables import IncidentRow, NotificationRow

__all__ = ["Kind", "Notification", "claim", "interrupt", "notifications_of", "put_off", "remark", "settle", "untold"]

Kind = Literal["raised", "resolved"]
_rows = table_of(NotificationRow)
_incidents = table_of(IncidentRow)
_LONGEST_ERROR = 500


@dataclass(frozen=True)
class Notification:
    """:param state: ``sending``, ``sent``, ``failed``, or ``interrupted``, when nobody knows whether it was delivered.
    :param attempts: in a row that failed.
    :param count: how often it was sent.
    """

    incident_id: str
    route: str
    kind: Kind
    state: str
    holder: str
    claimed_at: datetime
    sent_at: datetime | None = None
    attempts: int = 0
    count: int = 0
    error: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.incident_id, self.route, self.kind


def untold(session: Session, *, now: datetime, back: timedelta, limit: int = 1000) -> list[str]:
    """Ids of incidents of which somebody may have to be told: open ones, and those that ended of late."""
    mine = _incidents.c.workflow_id == system_workflow_id(session)
    of_late = or_(_incidents.c.status != IncidentStatus.RESOLVED.value, _incidents.c.resolved_at > utc(now - back))
    statement = select(_incidents.c.incident_id).where(mine, of_late).order_by(_incidents.c.raised_at.desc()).limit(limit)
    return list(session.scalars(statement))


def notifications_of(session: Session, incident_ids: Collection[str]) -> list[Notification]:
    """What is known of these incidents' notifications."""
    statement = select(_rows).where(_rows.c.incident_id.in_(sorted(incident_ids)))
    return [Notification(**row) for row in session.execute(statement).mappings()]


def claim(
    session: Session, wanted: Sequence[tuple[str, str, Kind]], known: Sequence[Notification], *, holder: str, now: datetime
) -> list[str]:
    """Take the sending of a message upon oneself; ids of the incidents that nobody else has taken meanwhile.

    :param wanted: incident, route and kind.
    :param known: how they stood when it was decided.
    """
    before = {one.key: one for one in known}
    taken = []
    for key in wanted:
        values = {"state": "sending", "holder": holder, "claimed_at": now}
        if _changed(session, before[key], values) if key in before else _made(session, key, values):
            taken.append(key[0])
    return taken


def settle(session: Session, keys: Sequence[tuple[str, str, Kind]], *, holder: str, now: datetime, error: str = "") -> None:
    """Say what became of a message that ``holder`` claimed.

    :param error: why it was not delivered; delivered if empty.
    """
    sent: dict[str, Any] = {"state": "sent", "sent_at": now, "attempts": 0, "count": _rows.c.count + 1, "error": ""}
    failed: dict[str, Any] = {"state": "failed", "attempts": _rows.c.attempts + 1, "error": error[:_LONGEST_ERROR]}
    for key in keys:
        conditions = [*_place(key), _rows.c.holder == holder]
        session.execute(update(_rows).where(*conditions).values(**(failed if error else sent)))


def interrupt(session: Session, stuck: Sequence[Notification], *, holder: str) -> None:
    """Nobody knows what became of these: whoever was sending them is gone, or is ``holder``, whose notifier never returned."""
    for one in stuck:
        why = "the notifier has not returned" if one.holder == holder else "the process that was sending it ended"
        _changed(session, one, {"state": "interrupted", "error": f"{why}; it may have been delivered"})


def remark(session: Session, keys: Sequence[tuple[str, str, Kind]], error: str, *, holder: str) -> None:
    """Say what is wrong with a message that ``holder`` is still sending."""
    for key in keys:
        conditions = [*_place(key), _rows.c.holder == holder, _rows.c.state == "sending", _rows.c.error != error]
        session.execute(update(_rows).where(*conditions).values(error=error))


def put_off(
    session: Session, wanted: Sequence[tuple[str, str, Kind]], known: Sequence[Notification], error: str, *, holder: str, now: datetime
) -> None:
    """Say why a message is not sent now. It stays due, and no attempt is used up; ``known`` as for :func:`claim`."""
    before = {one.key: one for one in known}
    for key in wanted:
        if key not in before:
            _made(session, key, {"state": "failed", "holder": holder, "claimed_at": now, "error": error})
        elif before[key].error != error:
            _changed(session, before[key], {"error": error})


def _place(key: tuple[str, str, str]) -> list[ColumnElement[bool]]:
    incident_id, route, kind = key
    return [_rows.c.incident_id == incident_id, _rows.c.route == route, _rows.c.kind == kind]


def _changed(session: Session, before: Notification, values: dict[str, Any]) -> bool:
    same = [_rows.c.state == before.state, _rows.c.claimed_at == before.claimed_at, _rows.c.holder == before.holder]
    return bool(rows_of(session.execute(update(_rows).where(*_place(before.key), *same).values(**values))))


def _made(session: Session, key: tuple[str, str, str], values: dict[str, Any]) -> bool:
    row = {**dict(zip(("incident_id", "route", "kind"), key, strict=True)), "attempts": 0, "count": 0, "error": "", **values}
    try:
        with session.begin_nested():
            session.execute(insert(_rows).values(**row))
    except IntegrityError:
        return False
    return True
