"""Reading incidents and silences of this installation. An incident about a trial is only ever found by whoever may read the trial."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from dean_provider.contract.alert import Incident, IncidentPage, IncidentStatus, ListAlerts, Silence
from dean_provider.errors import NotFoundError
from dean_provider.state.columns import utc
from dean_provider.state.cursor import read_moment, write_moment
from dean_provider.state.record import system_workflow_id
from dean_provider.state.statements import table_of
from dean_provider.state.tables import IncidentRow, NotificationRow, SilenceRow

__all__ = [
    "active_silences",
    "count_open",
    "find_incident",
    "is_silenced",
    "latest_episodes",
    "list_incidents",
    "open_incidents",
    "read_incident",
    "read_incidents",
    "read_silence",
]

_incidents = table_of(IncidentRow)
_silences = table_of(SilenceRow)
_notifications = table_of(NotificationRow)
_OPEN = _incidents.c.status != IncidentStatus.RESOLVED.value
_GRAVITY = case({"critical": 0, "warning": 1}, value=_incidents.c.severity, else_=2)
_MOST_SILENCES = 1000


def list_incidents(session: Session, request: ListAlerts, *, dag_ids: Collection[str] | None, now: datetime) -> IncidentPage:
    """Incidents, newest first.

    :param dag_ids: those about trials of these DAGs, and about none; None for all.
    :raises InvalidConfigurationError: for a foreign cursor.
    """
    conditions = [*_mine(session, dag_ids), *_filters(request)]
    place = read_moment(request.cursor)
    order = (_incidents.c.raised_at, _incidents.c.incident_id)
    if place is not None:
        after = tuple_(*(literal(part, column.type) for part, column in zip(place, order, strict=True)))
        conditions.append(tuple_(*order) < after)
    statement = select(_incidents).where(*conditions).order_by(*(column.desc() for column in order)).limit(request.limit + 1)
    rows = session.execute(statement).mappings().all()
    page, more = rows[: request.limit], len(rows) > request.limit
    cursor = write_moment(page[-1]["raised_at"], page[-1]["incident_id"]) if more else None
    return IncidentPage(incidents=_told(session, page, now), next_cursor=cursor)


def open_incidents(session: Session, *, dag_ids: Collection[str] | None, now: datetime, limit: int) -> list[Incident]:
    """Incidents that are not resolved, the gravest first, then the newest; ``dag_ids`` as for :func:`list_incidents`."""
    statement = select(_incidents).where(*_mine(session, dag_ids), _OPEN).order_by(_GRAVITY, _incidents.c.raised_at.desc()).limit(limit)
    return _told(session, session.execute(statement).mappings().all(), now)


def count_open(session: Session, *, dag_ids: Collection[str] | None) -> int:
    """How many incidents are not resolved; ``dag_ids`` as for :func:`list_incidents`."""
    return session.scalar(select(func.count()).select_from(_incidents).where(*_mine(session, dag_ids), _OPEN)) or 0


def find_incident(session: Session, incident_id: str) -> RowMapping:
    """The row of an incident, for who decides whether the caller may read it.

    :raises NotFoundError: when there is none.
    """
    mine = _incidents.c.workflow_id == system_workflow_id(session)
    row = session.execute(select(_incidents).where(mine, _incidents.c.incident_id == incident_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no incident {incident_id}.", details={"incident_id": incident_id})
    return row


def read_incident(session: Session, incident_id: str, *, now: datetime) -> Incident:
    """One incident.

    :raises NotFoundError: when there is none.
    """
    return _told(session, [find_incident(session, incident_id)], now)[0]


def read_incidents(session: Session, incident_ids: Collection[str], *, now: datetime) -> list[Incident]:
    """Those of these incidents that there are."""
    mine = _incidents.c.workflow_id == system_workflow_id(session)
    statement = select(_incidents).where(mine, _incidents.c.incident_id.in_(sorted(incident_ids)))
    return _told(session, session.execute(statement).mappings().all(), now)


def latest_episodes(session: Session, fingerprints: Collection[str]) -> dict[str, RowMapping]:
    """The row of the last incident of each fingerprint that ever had one."""
    mine = and_(_incidents.c.workflow_id == system_workflow_id(session), _incidents.c.fingerprint.in_(sorted(fingerprints)))
    last = select(_incidents.c.fingerprint, func.max(_incidents.c.episode)).where(mine).group_by(_incidents.c.fingerprint)
    statement = select(_incidents).where(mine, tuple_(_incidents.c.fingerprint, _incidents.c.episode).in_(last))
    return {row["fingerprint"]: row for row in session.execute(statement).mappings()}


def active_silences(session: Session, *, now: datetime) -> list[Silence]:
    """Silences that last, those that end first before the others."""
    conditions = (_silences.c.workflow_id == system_workflow_id(session), _silences.c.ends_at > utc(now))
    statement = select(_silences).where(*conditions).order_by(_silences.c.ends_at, _silences.c.silence_id).limit(_MOST_SILENCES)
    return [_silence(row) for row in session.execute(statement).mappings()]


def read_silence(session: Session, silence_id: UUID) -> Silence | None:
    """One silence, whether it lasts or not."""
    conditions = (_silences.c.workflow_id == system_workflow_id(session), _silences.c.silence_id == silence_id)
    row = session.execute(select(_silences).where(*conditions)).mappings().one_or_none()
    return None if row is None else _silence(row)


def is_silenced(incident: Incident, silence: Silence) -> bool:
    """Whether the silence, while it lasts, is about the incident."""
    return silence.rule in (None, incident.rule) and silence.labels.items() <= incident.labels.items()


def _silence(row: RowMapping) -> Silence:
    return Silence(**{name: row[name] for name in Silence.model_fields})


def _mine(session: Session, dag_ids: Collection[str] | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_incidents.c.workflow_id == system_workflow_id(session)]
    if dag_ids is not None:
        conditions.append(or_(_incidents.c.dag_id.is_(None), _incidents.c.dag_id.in_(sorted(dag_ids))))
    return conditions


def _filters(request: ListAlerts) -> list[ColumnElement[bool]]:
    given = [
        (_incidents.c.status, request.status and request.status.value),
        (_incidents.c.severity, request.severity and request.severity.value),
        (_incidents.c.rule, request.rule),
        (_incidents.c.trial, request.workflow_id),
    ]
    found = [column == value for column, value in given if value is not None]
    return found if request.open is None else [*found, _OPEN if request.open else ~_OPEN]


def _told(session: Session, rows: Sequence[RowMapping], now: datetime) -> list[Incident]:
    """Incidents with what is known of their notifications and silences."""
    silences = active_silences(session, now=now)
    sent = _notified(session, [row["incident_id"] for row in rows])
    return [_silenced(_incident(row, sent.get(row["incident_id"], [])), silences) for row in rows]


def _notified(session: Session, incident_ids: Collection[str]) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    statement = select(_notifications).where(_notifications.c.incident_id.in_(sorted(incident_ids))).order_by(_notifications.c.claimed_at)
    for row in session.execute(statement).mappings():
        found.setdefault(row["incident_id"], []).append(row)
    return found


def _incident(row: RowMapping, notifications: Sequence[RowMapping]) -> Incident:
    same = set(Incident.model_fields) & set(row.keys())
    problems = [f"{one['route']}: {one['error']}" for one in notifications if one["error"]]
    return Incident(
        **{name: row[name] for name in same - {"workflow_id"}},
        workflow_id=row["trial"],
        notified_at=max((one["sent_at"] for one in notifications if one["sent_at"]), default=None),
        notification_problem=problems[-1] if problems else "",
    )


def _silenced(incident: Incident, silences: Iterable[Silence]) -> Incident:
    if incident.status is IncidentStatus.RESOLVED:
        return incident
    until = max((one.ends_at for one in silences if is_silenced(incident, one)), default=None)
    return incident.model_copy(update={"silenced_until": until})
