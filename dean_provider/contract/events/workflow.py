"""What holds for an execution of every type: the first link of each chain."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from dean_provider.contract.events.fact import Fact, register

__all__ = ["WorkflowOpened"]

Name = Annotated[str, StringConstraints(max_length=250)]


@register
class WorkflowOpened(Fact):
    """The record of an execution begins. The recorder writes it by itself, so that whose execution it is belongs to the chain."""

    event_type: ClassVar[str] = "workflow.opened"

    workflow_type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
    dag_id: Name | None = None
    run_id: Name | None = None
    task_group: Name = ""
    map_index: int = Field(default=-1, ge=-1)

    def key(self) -> str:
        return "opened"
