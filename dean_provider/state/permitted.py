"""Reading of several trials at once what one caller may read: decided by the database, so that nothing else is ever fetched."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dean_provider.contract.events import Event
from dean_provider.contract.workflow import TRIAL, Head, Workflow, WorkflowDetail, WorkflowStatus
from dean_provider.state.chain import event_of
from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, WorkflowRow

__all__ = ["count_trials", "find_told", "hidden_trials", "newest_trials", "read_trials"]

_workflows = table_of(WorkflowRow)
_events = table_of(EventRow)
_summary = [_workflows.c[name] for name in Workflow.model_fields]
_ENDED = [status.value for status in WorkflowStatus if status.ended]
_OPEN = [status.value for status in WorkflowStatus if not status.ended]


def read_trials(session: Session, workflow_ids: Collection[UUID], *, dag_ids: Collection[str]) -> list[WorkflowDetail]:
    """Those of the executions that are trials of these DAGs."""
    statement = select(_workflows).where(
        _workflows.c.id.in_(list(workflow_ids)), _workflows.c.workflow_type == TRIAL, _workflows.c.dag_id.in_(sorted(dag_ids))
    )
    return [
        WorkflowDetail.model_validate({**row["state"], **row, "head": Head(sequence=row["sequence"], hash=row["head_hash"])})
        for row in session.execute(statement).mappings()
    ]


def newest_trials(session: Session, *, dag_ids: Collection[str], ended: bool, limit: int) -> list[Workflow]:
    """Trials of these DAGs that have ended, the last to end first, or that have not, the newest first."""
    order = _workflows.c.completed_at if ended else _workflows.c.created_at
    statement = (
        select(*_summary)
        .where(
            _workflows.c.workflow_type == TRIAL,
            _workflows.c.dag_id.in_(sorted(dag_ids)),
            _workflows.c.status.in_(_ENDED if ended else _OPEN),
            *([order.is_not(None)] if ended else []),
        )
        .order_by(order.desc(), _workflows.c.id.desc())
        .limit(limit)
    )
    return [Workflow.model_validate(dict(row)) for row in session.execute(statement).mappings()]


def count_trials(session: Session, *, dag_ids: Collection[str]) -> dict[str, int]:
    """How many trials of these DAGs there are, by status."""
    statement = (
        select(_workflows.c.status, func.count())
        .where(_workflows.c.workflow_type == TRIAL, _workflows.c.dag_id.in_(sorted(dag_ids)))
        .group_by(_workflows.c.status)
    )
    return dict(session.execute(statement).tuples().all())


def hidden_trials(session: Session, trial_ids: Collection[str], *, dag_ids: Collection[str]) -> set[str]:
    """Those of the services' trials that are recorded here and belong to none of these DAGs."""
    statement = select(_workflows.c.trial_id).where(
        _workflows.c.trial_id.in_(sorted(trial_ids)), _workflows.c.dag_id.not_in(sorted(dag_ids))
    )
    return set(session.scalars(statement))


def find_told(session: Session, workflow_id: UUID, idempotency_key: str) -> Event | None:
    """The event that is recorded under that key."""
    place = (_events.c.workflow_id == workflow_id, _events.c.idempotency_key == idempotency_key)
    row = session.execute(select(_events.c.canonical, _events.c.hash).where(*place)).one_or_none()
    return None if row is None else event_of(row.canonical, row.hash)
