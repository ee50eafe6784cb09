"""The beginning of every execution."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.events.envelope import Event
from dean_provider.contract.events.workflow import WorkflowOpened
from dean_provider.contract.workflow import SYSTEM, WorkflowStatus
from dean_provider.state.folded import State
from dean_provider.state.folding.handler import handles

__all__: list[str] = []


@handles(WorkflowOpened)
def _opened(_state: State, fact: WorkflowOpened, event: Event) -> dict[str, Any]:
    if event.sequence != 1:
        return {}  # whose an execution is never changes
    status = WorkflowStatus.RUNNING if fact.workflow_type == SYSTEM else WorkflowStatus.REQUESTED
    return {**fact.details(), "status": status}
