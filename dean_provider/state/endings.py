"""DAG runs that have ended, from where the listener notes them to their executions' record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import RunEnded
from dean_provider.state.statements import table_of
from dean_provider.state.tables import RunEndingRow, WorkflowRow

__all__ = ["RunEnding", "executions_of", "forget", "noted"]

_endings = table_of(RunEndingRow)
_workflows = table_of(WorkflowRow)


@dataclass(frozen=True)
class RunEnding:
    """:param clear_number: how often the run had been cleared."""

    dag_id: str
    run_id: str
    clear_number: int
    state: str
    ended_at: datetime | None

    @property
    def fact(self) -> ReportedFact:
        """What it means for the run's executions; told once for each end of the run."""
        told = RunEnded(state=self.state, ended_at=self.ended_at)
        return ReportedFact.of(told, key=f"run:{self.clear_number}:{self.state}", occurred_at=self.ended_at)


def noted(session: Session, limit: int = 100) -> list[RunEnding]:
    """Runs that have ended and whose executions have not been told."""
    rows = session.execute(select(_endings).order_by(_endings.c.ended_at, _endings.c.run_id).limit(limit)).mappings()
    return [RunEnding(**row) for row in rows]


def executions_of(session: Session, ending: RunEnding) -> list[UUID]:
    """The executions that were part of the run."""
    of_run = (_workflows.c.run_id == ending.run_id, _workflows.c.dag_id == ending.dag_id)
    return list(session.execute(select(_workflows.c.id).where(*of_run).order_by(_workflows.c.id)).scalars())


def forget(session: Session, ending: RunEnding) -> None:
    """Remove the note, once all executions have been told."""
    key = {name: getattr(ending, name) for name in ("dag_id", "run_id", "clear_number", "state")}
    session.execute(delete(_endings).where(*(_endings.c[name] == value for name, value in key.items())))
