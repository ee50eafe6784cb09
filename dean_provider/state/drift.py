"""Where the record may have drifted from what is so: executions that have not ended, and those that only seem to have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from dean_provider.contract.events.trial import TrialValidated
from dean_provider.contract.workflow import TRIAL, ListEvents, WorkflowStatus
from dean_provider.state.folded import State, from_columns
from dean_provider.state.queries import list_events
from dean_provider.state.statements import table_of
from dean_provider.state.tables import WorkflowRow

__all__ = ["Run", "connection_of", "run_states", "state_of", "unsettled"]

_workflows = table_of(WorkflowRow)
_OPEN = [status.value for status in WorkflowStatus if not status.ended]
_ENDED = [status.value for status in WorkflowStatus if status.ended]
_MOST_VALIDATED = 1000


@dataclass(frozen=True)
class Run:
    """A DAG run as Airflow has stored it.

    :param ended_at: when it ended, if it has.
    """

    state: str
    ended_at: datetime | None = None


def unsettled(session: Session, *, since: datetime, after: UUID | None = None, limit: int = 100) -> list[State]:
    """Trials that have not ended, and those that ended on record after ``since``: their service may know nothing of it, or more. By id.

    :param after: only ids above this one: the last of the page before.
    """
    doubtful = and_(_workflows.c.status.in_(_ENDED), _workflows.c.updated_at > since)
    conditions = [_workflows.c.workflow_type == TRIAL, or_(_workflows.c.status.in_(_OPEN), doubtful)]
    conditions += [] if after is None else [_workflows.c.id > after]
    rows = session.execute(select(_workflows).where(*conditions).order_by(_workflows.c.id).limit(limit)).mappings()
    return [from_columns(dict(row)) for row in rows]


def state_of(session: Session, workflow_id: UUID) -> State | None:
    """What is recorded of a trial; ``None`` when nothing is."""
    found = _workflows.c.id == workflow_id, _workflows.c.workflow_type == TRIAL
    row = session.execute(select(_workflows).where(*found)).mappings().one_or_none()
    return None if row is None else from_columns(dict(row))


def run_states(session: Session, runs: Collection[tuple[str, str]]) -> dict[tuple[str, str], Run]:
    """Those of ``runs``, each a DAG id and a run id, that Airflow has."""
    from airflow.models.dagrun import DagRun  # noqa: PLC0415 - Airflow's models only where they are needed

    columns: Any = DagRun
    found: dict[tuple[str, str], Run] = {}
    wanted = set(runs)
    statement = select(columns.dag_id, columns.run_id, columns.state, columns.end_date).where(
        columns.run_id.in_(sorted({run_id for _, run_id in wanted}))
    )
    for dag_id, run_id, state, ended_at in session.execute(statement):
        if (dag_id, run_id) in wanted:
            found[dag_id, run_id] = Run(str(getattr(state, "value", state)), ended_at)
    return found


def connection_of(session: Session, workflow_id: UUID, service: str) -> str | None:
    """The Airflow connection over which the trial reaches ``service``, as it was validated with."""
    asked = ListEvents(workflow_id=workflow_id, event_type=TrialValidated.event_type, limit=_MOST_VALIDATED)
    events = list_events(session, asked).events
    connections = events[-1].details.get("connections") if events else None
    found = connections.get(service) if isinstance(connections, dict) else None
    return found if isinstance(found, str) else None
