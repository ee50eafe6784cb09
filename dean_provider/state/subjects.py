"""Which DAG's trials labels are about: whoever may not read those may not read what people wrote under such labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dean_provider.state.statements import table_of
from dean_provider.state.tables import WorkflowRow

__all__ = ["dags_of"]

_workflows = table_of(WorkflowRow)


def dags_of(session: Session, labels: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """The DAG of the trial that each set of labels names by its execution, else the DAG they name; None where they are about no trial."""
    executions = [_execution(one) for one in labels]
    found: dict[UUID, str | None] = {}
    if named := {one for one in executions if one}:  # mostly there is none, and this is asked with every look for live events
        columns = select(_workflows.c.id, _workflows.c.dag_id)
        found = dict(session.execute(columns.where(_workflows.c.id.in_(named))).tuples().all())
    return [(found.get(one) if one else None) or _named(each) for one, each in zip(executions, labels, strict=True)]


def _execution(labels: Mapping[str, Any]) -> UUID | None:
    with suppress(ValueError):
        return UUID(str(labels.get("workflow_id")))
    return None


def _named(labels: Mapping[str, Any]) -> str | None:
    dag_id = labels.get("dag_id")
    return dag_id if isinstance(dag_id, str) and dag_id else None
