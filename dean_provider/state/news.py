"""What was recorded lately, by whichever process: for those who watch.

Sequences have no gap within an execution and become visible in their order, so whoever knows how far an execution had come reads what
came after it and has everything once. Which executions went on is found by the time of recording. Clocks differ and a transaction takes
its time, so a look goes back further than the one before it; what is known already is left out by its sequence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from dean_provider.contract.events.envelope import Actor
from dean_provider.contract.events.names import event_name
from dean_provider.contract.live import LiveEvent
from dean_provider.state.statements import table_of
from dean_provider.state.subjects import dags_of
from dean_provider.state.tables import EventRow, IncidentRow, SilenceRow, WorkflowRow

__all__ = ["Moved", "Span", "Whose", "heads", "moved_since", "read_spans", "whose"]

_events = table_of(EventRow)
_workflows = table_of(WorkflowRow)
_incidents = table_of(IncidentRow)
_silences = table_of(SilenceRow)
_AT_ONCE = 200
_Item = TypeVar("_Item")
_TOLD = ("workflow_id", "sequence", "event_type", "timestamp", "occurred_at", "actor_kind", "actor_name", "actor_address", "details")
_COLUMNS = [_events.c[name] for name in _TOLD]


class Moved(NamedTuple):
    """Events of one execution within a time: the first and the last sequence."""

    first: int
    last: int


class Span(NamedTuple):
    """Events of one execution after a sequence, up to another."""

    workflow_id: UUID
    after: int
    until: int


class Whose(NamedTuple):
    """What an execution is and whom it belongs to; never changes."""

    workflow_type: str
    dag_id: str | None
    run_id: str | None


def moved_since(session: Session, since: datetime, limit: int) -> dict[UUID, Moved]:
    """Executions with events recorded after ``since``, ``limit`` of them at most, from one index alone."""
    statement = (
        select(_events.c.workflow_id, func.min(_events.c.sequence), func.max(_events.c.sequence))
        .where(_events.c.timestamp > since)
        .group_by(_events.c.workflow_id)
        .limit(limit)
    )
    return {found: Moved(first, last) for found, first, last in session.execute(statement)}


def heads(session: Session, workflow_ids: Collection[UUID]) -> dict[UUID, int]:
    """How far those executions have come that there are."""
    found: dict[UUID, int] = {}
    for part in _parts(list(workflow_ids)):
        statement = select(_workflows.c.id, _workflows.c.sequence).where(_workflows.c.id.in_(part))
        found.update(session.execute(statement).tuples().all())
    return found


def whose(session: Session, workflow_ids: Collection[UUID]) -> dict[UUID, Whose]:
    """Whose those executions are that there are."""
    found: dict[UUID, Whose] = {}
    for part in _parts(list(workflow_ids)):
        columns = [_workflows.c[name] for name in ("id", *Whose._fields)]
        for row in session.execute(select(*columns).where(_workflows.c.id.in_(part))):
            found[row.id] = Whose(row.workflow_type, row.dag_id, row.run_id)
    return found


def read_spans(session: Session, spans: Sequence[Span], owners: Mapping[UUID, Whose]) -> list[LiveEvent]:
    """The events of ``spans``, those of one execution together and in order; of executions in ``owners`` only."""
    events: list[LiveEvent] = []
    for part in _parts([span for span in spans if span.workflow_id in owners]):
        wanted = or_(
            *(
                and_(_events.c.workflow_id == span.workflow_id, _events.c.sequence > span.after, _events.c.sequence <= span.until)
                for span in part
            )
        )
        statement = select(*_COLUMNS).where(wanted).order_by(_events.c.workflow_id, _events.c.sequence)
        rows = session.execute(statement).all()
        concerned = {**_dags_of_incidents(session, rows), **_dags_of_silences(session, rows)}
        for row in rows:
            owner = owners[row.workflow_id]
            event = LiveEvent(
                event=event_name(row.event_type),
                event_type=row.event_type,
                workflow_id=row.workflow_id,
                workflow_type=owner.workflow_type,
                dag_id=owner.dag_id or concerned.get((row.workflow_id, row.sequence)),
                run_id=owner.run_id,
                sequence=row.sequence,
                timestamp=row.timestamp,
                occurred_at=row.occurred_at,
                actor=Actor(kind=row.actor_kind, name=row.actor_name, address=row.actor_address),
                data=row.details,
            )
            events.append(event)
    return events


def _dags_of_incidents(session: Session, rows: Sequence[Row[Any]]) -> dict[tuple[UUID, int], str | None]:
    """DAGs of the trials that alerts are about, by event: whoever reads a trial reads its alerts."""
    named = {(row.workflow_id, row.sequence): (row.workflow_id, str(row.details.get("incident_id"))) for row in _of(rows, "alert.")}
    columns = (_incidents.c.workflow_id, _incidents.c.incident_id)
    found: dict[tuple[UUID, str], str | None] = {}
    for part in _parts(sorted(set(named.values()))):
        statement = select(*columns, _incidents.c.dag_id).where(tuple_(*columns).in_(part))
        found.update({(workflow_id, incident_id): dag_id for workflow_id, incident_id, dag_id in session.execute(statement)})
    return {event: found.get(incident) for event, incident in named.items()}


def _dags_of_silences(session: Session, rows: Sequence[Row[Any]]) -> dict[tuple[UUID, int], str | None]:
    """DAGs of the trials that silences are about, by event. The event that ends one names nothing but its id."""
    told = _of(rows, "silence.")
    ids: set[UUID] = set()
    for row in told:
        with suppress(ValueError):
            ids.add(UUID(str(row.details.get("silence_id"))))
    labels: dict[str, Any] = {}
    for part in _parts(sorted(ids)):
        statement = select(_silences.c.silence_id, _silences.c.labels).where(_silences.c.silence_id.in_(part))
        labels.update({str(silence_id): found for silence_id, found in session.execute(statement)})
    of_each = [row.details.get("labels") or labels.get(str(row.details.get("silence_id"))) for row in told]
    dag_ids = dags_of(session, [one if isinstance(one, Mapping) else {} for one in of_each])
    return {(row.workflow_id, row.sequence): dag_id for row, dag_id in zip(told, dag_ids, strict=True)}


def _of(rows: Sequence[Row[Any]], kind: str) -> list[Row[Any]]:
    return [row for row in rows if row.event_type.startswith(kind)]


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
