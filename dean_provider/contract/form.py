"""What a form for a new trial is made from, and how what stands in it is checked before anything is started."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from dean_provider.contract.request import RequestModel
from dean_provider.contract.trial import Objective, ValidationProblem

__all__ = ["CheckTrial", "FormSection", "StartableDag", "TrialCheck", "TrialForm"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=250)]


class FormSection(BaseModel):
    """Fields that belong together, in the order people fill them in."""

    title: str
    fields: list[str]


class StartableDag(BaseModel):
    """A DAG that starts one trial and takes the trial's settings as its conf."""

    dag_id: str
    description: str = ""
    paused: bool = Field(default=False, description="Its runs stay queued until it is unpaused.")
    allowed: bool = Field(description="Whether the caller may create runs of it.")
    reason: str = Field(default="", description="Why not.")
    values: dict[str, JsonValue] = Field(default_factory=dict, description="Settings the DAG itself sets, over the effective defaults.")


class TrialForm(BaseModel):
    """Everything a form needs. What is left as it is need not be sent: the layers of the configuration speak for it."""

    json_schema: dict[str, JsonValue] = Field(description="JSON schema of a trial's settings, references resolved.")
    sections: list[FormSection]
    choices: dict[str, dict[str, str]] = Field(description="For fields with few values: each value in words.")
    examples: dict[str, JsonValue] = Field(default_factory=dict, description="Values that work.")
    values: dict[str, JsonValue] = Field(description="What holds when nothing is given.")
    origins: dict[str, str] = Field(description="Which layer each of these values comes from.")
    dags: list[StartableDag]
    objectives: list[Objective] = Field(default_factory=list, description="As registered with the Evolution API.")
    objectives_problem: str = Field(default="", description="Why the objectives are not known, if they are not.")


class CheckTrial(RequestModel):
    """Settings to be checked as if a trial were started with them, or forked from another one. Nothing is started."""

    model_config = ConfigDict(extra="forbid")

    dag_id: Name = "dean_evolution_trial"
    config: dict[str, JsonValue] = Field(default_factory=dict, max_length=64, description="Settings over those of the layers below.")
    parent_id: UUID | None = Field(default=None, description="Check them as changes of a fork of this trial.")
    generation: int | None = Field(
        default=None, ge=0, le=10**9, description="Last generation the fork shares; the parent's last one if empty."
    )

    @model_validator(mode="after")
    def _complete(self) -> CheckTrial:
        if self.generation is not None and self.parent_id is None:
            raise ValueError("generation is for forks: give parent_id too")
        return self


class TrialCheck(BaseModel):
    """Every problem at once: of each value, of the values together, and what the Evolution API has against them."""

    valid: bool
    problems: list[ValidationProblem] = Field(default_factory=list)
    config: dict[str, JsonValue] | None = Field(default=None, description="What the trial would run with, complete, when it is valid here.")
    estimated_tokens: int | None = None
    objective: Objective | None = None
    unasked: str = Field(default="", description="Why the Evolution API was not asked, if it was not; it is when the trial starts.")
