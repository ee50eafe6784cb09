"""What people ask of trials through the gateway."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, field_validator

from dean_provider.contract.pattern import PatternId
from dean_provider.contract.request import RequestModel
from dean_provider.contract.workflow import MAX_COUNT, Workflow, WorkflowDetail

__all__ = [
    "Access",
    "ApplyToTrial",
    "CancelTrial",
    "CompareTrials",
    "Comparison",
    "Difference",
    "ForkTrial",
    "PauseWorkflow",
    "ReplayTrial",
    "RequestTrial",
    "Requested",
    "ResumeWorkflow",
]

Name = Annotated[str, StringConstraints(min_length=1, max_length=250)]
Reason = Annotated[str, StringConstraints(max_length=1000)]


class _Write(RequestModel):
    model_config = ConfigDict(extra="forbid")


class RequestTrial(_Write):
    """Start a trial: a run of ``dag_id``, created by Airflow's own API with the caller's rights."""

    dag_id: Name = "dean_evolution_trial"
    config: dict[str, JsonValue] = Field(default_factory=dict, max_length=64, description="Settings over those of the layers below.")
    note: Reason | None = None


class Requested(BaseModel):
    """A trial that was asked for. It can be read under ``workflow.id`` at once."""

    workflow: Workflow
    created: bool = Field(description="False when this request had been made before.")


class _Act(_Write):
    workflow_id: UUID
    reason: Reason = ""


class CancelTrial(_Act):
    """Stop the remote trial and fail its DAG run, together."""


class PauseWorkflow(_Act):
    """Hold the remote trial at its next generation boundary; its run stays deferred."""


class ResumeWorkflow(_Act):
    """Let a paused trial go on."""


class ForkTrial(_Write):
    """A new trial that shares the generations 0 to ``generation`` with this one."""

    workflow_id: UUID
    generation: int | None = Field(
        default=None, ge=0, le=MAX_COUNT, description="Last generation shared; the parent's last one when empty."
    )
    config: dict[str, JsonValue] = Field(default_factory=dict, max_length=64, description="What differs from the parent's configuration.")
    note: Reason | None = None


class ReplayTrial(_Write):
    """Run a trial again from its recorded configuration and seed; its digest is compared with the recorded one at the end."""

    workflow_id: UUID
    note: Reason | None = None


class ApplyToTrial(_Write):
    """Impose stored patterns on copies of a trial's final population."""

    workflow_id: UUID
    pattern_ids: list[PatternId] = Field(min_length=1, max_length=100)


class CompareTrials(RequestModel):
    workflow_ids: list[UUID] = Field(min_length=2, max_length=20, description="Several, or one text with commas between them.")

    @field_validator("workflow_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return value
        return [part for text in texts for part in text.split(",")]


class Difference(BaseModel):
    """One setting in which trials differ, in the order they were asked for."""

    field: str
    values: list[Any]


class Comparison(BaseModel):
    trials: list[WorkflowDetail]
    differences: list[Difference]
    same_digest: bool = Field(description="Whether all have the same digest.")


class Access(BaseModel):
    """What the caller may do, with one trial or at all; for each no, why."""

    user: str
    allowed: dict[str, bool]
    reasons: dict[str, str] = Field(default_factory=dict)
