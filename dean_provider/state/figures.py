"""Figures of the record as a whole and of the trials that run, for whoever watches; permissions are the reader's to apply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dean_provider.contract.alert import IncidentStatus
from dean_provider.contract.workflow import TRIAL, WorkflowStatus
from dean_provider.state.record import system_workflow_id
from dean_provider.state.statements import table_of
from dean_provider.state.tables import IncidentRow, WorkflowRow

__all__ = ["Running", "count_running", "newest_running", "open_dags", "pressing_running", "trials_by_status"]

_workflows = table_of(WorkflowRow)
_incidents = table_of(IncidentRow)
_OPEN = [status.value for status in WorkflowStatus if not status.ended]
_AT_WORK = [WorkflowStatus.RUNNING.value, WorkflowStatus.PAUSED.value]


class Running(NamedTuple):
    """A trial that runs or is paused."""

    id: UUID
    dag_id: str | None
    name: str
    status: str
    generation: int
    generations: int | None
    best_fitness: float | None
    mean_fitness: float | None
    diversity: float | None
    tokens_used: int
    token_budget: int | None
    created_at: datetime
    updated_at: datetime
    configuration: dict[str, Any]


_columns = [_workflows.c[name] for name in Running._fields]
_RUNNING = (_workflows.c.workflow_type == TRIAL, _workflows.c.status.in_(_AT_WORK), _workflows.c.dag_id.is_not(None))


def trials_by_status(session: Session) -> dict[str, int]:
    """How many trials are on record, for every status."""
    statement = select(_workflows.c.status, func.count()).where(_workflows.c.workflow_type == TRIAL).group_by(_workflows.c.status)
    return {**{status.value: 0 for status in WorkflowStatus}, **dict(session.execute(statement).tuples().all())}


def newest_running(session: Session, limit: int) -> Sequence[Running]:
    """Trials that run or are paused, the newest first."""
    statement = select(*_columns).where(*_RUNNING).order_by(_workflows.c.created_at.desc(), _workflows.c.id.desc()).limit(limit)
    return [Running(*row) for row in session.execute(statement)]


def pressing_running(session: Session, limit: int) -> Sequence[Running]:
    """Trials that run or are paused: first those with an open incident, then those that have been idle for longest."""
    alarmed = select(_incidents.c.trial).where(
        _incidents.c.workflow_id == system_workflow_id(session),
        _incidents.c.status.in_([status.value for status in IncidentStatus if status is not IncidentStatus.RESOLVED]),
        _incidents.c.trial.is_not(None),
    )
    paused = _workflows.c.status == WorkflowStatus.PAUSED.value
    order = (_workflows.c.id.in_(alarmed).desc(), paused, _workflows.c.updated_at, _workflows.c.id)
    return [Running(*row) for row in session.execute(select(*_columns).where(*_RUNNING).order_by(*order).limit(limit))]


def count_running(session: Session) -> int:
    """How many trials run or are paused."""
    return session.execute(select(func.count()).select_from(_workflows).where(*_RUNNING)).scalar_one()


def open_dags(session: Session, limit: int = 500) -> list[str]:
    """DAGs that have executions which have not ended."""
    statement = select(_workflows.c.dag_id).where(_workflows.c.status.in_(_OPEN), _workflows.c.dag_id.is_not(None)).distinct().limit(limit)
    return list(session.scalars(statement))
