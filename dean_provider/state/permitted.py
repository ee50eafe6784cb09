"""Reading of several trials at once what one caller may read: decided by the database, so that nothing else is ever fetched."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from dean_provider.contract.workflow import TRIAL, Head, WorkflowDetail
from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, WorkflowRow

__all__ = ["count_trials", "hidden_trials", "is_told", "read_trials"]

_workflows = table_of(WorkflowRow)
_events = table_of(EventRow)


def read_trials(session: Session, workflow_ids: Collection[UUID], *, dag_ids: Collection[str]) -> list[WorkflowDetail]:
    """Those of the executions that are trials of these DAGs."""
    statement = select(_workflows).where(
        _workflows.c.id.in_(list(workflow_ids)), _workflows.c.workflow_type == TRIAL, _workflows.c.dag_id.in_(sorted(dag_ids))
    )
    return [
        WorkflowDetail.model_validate({**row["state"], **row, "head": Head(sequence=row["sequence"], hash=row["head_hash"])})
        for row in session.execute(statement).mappings()
    ]


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


def is_told(session: Session, workflow_id: UUID, idempotency_key: str) -> bool:
    """Whether a fact is recorded under that key."""
    found = exists().where(_events.c.workflow_id == workflow_id, _events.c.idempotency_key == idempotency_key)
    return bool(session.scalar(select(found)))
