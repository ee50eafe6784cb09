"""Rows of incidents and silences, folded from the events that tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import DeclarativeBase, Session

from dean_provider.contract.events import Event, Fact
from dean_provider.contract.events import installation as told
from dean_provider.state.columns import utc, whole
from dean_provider.state.statements import replace_all, table_of
from dean_provider.state.tables import IncidentRow, SilenceRow

__all__ = ["AlertRows", "write_alerts"]

Row = dict[str, Any]
_INCIDENTS = (told.AlertRaised, told.AlertAcknowledged, told.AlertResolved)
_SILENCES = (told.SilenceAdded, told.SilenceEnded)
_KEYS: dict[type[DeclarativeBase], str] = {IncidentRow: "incident_id", SilenceRow: "silence_id"}
_AT_ONCE = 500


class AlertRows:
    """What some events amount to.

    :param incidents: rows by incident; those that the first of the events finds. So are ``silences``.
    """

    def __init__(self, incidents: Iterable[Row] = (), silences: Iterable[Row] = ()) -> None:
        self.incidents: dict[str, Row] = {row["incident_id"]: row for row in incidents}
        self.silences: dict[UUID, Row] = {row["silence_id"]: row for row in silences}

    def fold(self, event: Event, fact: Fact | None) -> None:
        """Take the next event in."""
        if isinstance(fact, told.AlertRaised):
            self.incidents[fact.incident_id] = _raised(event, fact)
        elif isinstance(fact, (told.AlertAcknowledged, told.AlertResolved)):
            row = self.incidents.get(fact.incident_id)
            if row is not None and row["status"] != "resolved":
                row.update(_seen_to(event, fact) if isinstance(fact, told.AlertAcknowledged) else _over(event))
        elif isinstance(fact, told.SilenceAdded):
            self.silences[fact.silence_id] = _silence(event, fact)
        elif isinstance(fact, told.SilenceEnded) and (row := self.silences.get(fact.silence_id)) is not None:
            row["ends_at"] = min(row["ends_at"], utc(event.timestamp))

    def mend(self, session: Session, workflow_id: UUID) -> int:
        """Make the tables hold these rows for the workflow and no others; how many were not so."""
        return _mend(session, workflow_id, IncidentRow, self.incidents) + _mend(session, workflow_id, SilenceRow, self.silences)


def write_alerts(session: Session, workflow_id: UUID, events: Iterable[tuple[Event, Fact | None]]) -> None:
    """Bring the rows up to new events.

    :param events: each with the fact it holds.
    """
    new = [(event, fact) for event, fact in events if isinstance(fact, (*_INCIDENTS, *_SILENCES))]
    if not new:
        return
    ids = {fact.incident_id for _, fact in new if isinstance(fact, _INCIDENTS)}
    silences = {fact.silence_id for _, fact in new if isinstance(fact, _SILENCES)}
    rows = AlertRows(_read(session, workflow_id, IncidentRow, ids), _read(session, workflow_id, SilenceRow, silences))
    for event, fact in new:
        rows.fold(event, fact)
    replace_all(session, IncidentRow, list(rows.incidents.values()))
    replace_all(session, SilenceRow, list(rows.silences.values()))


def _raised(event: Event, fact: told.AlertRaised) -> Row:
    same = ("incident_id", "rule", "severity", "message", "value", "threshold", "unit", "labels", "fingerprint", "trial", "dag_id")
    return {
        **{name: getattr(fact, name) for name in same},
        "workflow_id": event.workflow_id,
        "episode": whole(fact.episode),
        "status": "firing",
        "raised_at": utc(event.occurred_at or event.timestamp),
        "acknowledged_at": None,
        "acknowledged_by": None,
        "comment": "",
        "resolved_at": None,
    }


def _seen_to(event: Event, fact: told.AlertAcknowledged) -> Row:
    at = utc(event.occurred_at or event.timestamp)
    return {"status": "acknowledged", "acknowledged_at": at, "acknowledged_by": event.actor.name, "comment": fact.comment}


def _over(event: Event) -> Row:
    return {"status": "resolved", "resolved_at": utc(event.occurred_at or event.timestamp)}


def _silence(event: Event, fact: told.SilenceAdded) -> Row:
    return {
        "workflow_id": event.workflow_id,
        "silence_id": fact.silence_id,
        "rule": fact.rule,
        "labels": fact.labels,
        "created_by": event.actor.name,
        "created_at": utc(event.timestamp),
        "ends_at": utc(fact.ends_at),
        "comment": fact.comment,
    }


def _read(session: Session, workflow_id: UUID, kind: type[DeclarativeBase], ids: Iterable[Any]) -> list[Row]:
    wanted, table, found = list(ids), table_of(kind), []
    for start in range(0, len(wanted), _AT_ONCE):
        some = table.c[_KEYS[kind]].in_(wanted[start : start + _AT_ONCE])
        found += [dict(row) for row in session.execute(select(table).where(table.c.workflow_id == workflow_id, some)).mappings()]
    return found


def _mend(session: Session, workflow_id: UUID, kind: type[DeclarativeBase], wanted: dict[Any, Row]) -> int:
    table, key = table_of(kind), table_of(kind).c[_KEYS[kind]]
    there = {row[key.name]: dict(row) for row in session.execute(select(table).where(table.c.workflow_id == workflow_id)).mappings()}
    wrong = [row for name, row in wanted.items() if there.get(name) != row]
    for start in range(0, len(wrong), _AT_ONCE):
        replace_all(session, kind, wrong[start : start + _AT_ONCE])
    extra = [name for name in there if name not in wanted]
    for start in range(0, len(extra), _AT_ONCE):
        session.execute(delete(table).where(table.c.workflow_id == workflow_id, key.in_(extra[start : start + _AT_ONCE])))
    return len(wrong) + len(extra)
