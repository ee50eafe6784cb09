"""What the tasks of a trial hand each other through XCom: small, JSON, and enough to reach the trial again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dean_provider.contract.config import OnKill, PatternPolicy, TrialConfig
from dean_provider.errors import InvalidConfigurationError

__all__ = ["Original", "Parent", "RecordRef", "TrialHandle", "TrialPlan"]


class RecordRef(BaseModel):
    """Where facts about a trial are recorded, and whose they are: those of one part of one DAG run.

    :param workflow_type: of the execution that is recorded.
    :param conn_id: connection to the gateway.
    :param task_group: group that the trial's tasks live in; empty at the DAG's top.
    :param start_task_id: task that the execution has its id from.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    workflow_id: UUID
    workflow_type: str = "trial"
    conn_id: str
    dag_id: str
    run_id: str
    task_group: str = ""
    map_index: int = -1
    start_task_id: str = ""


class Parent(BaseModel):
    """What a fork shares with which trial.

    :param trial_id: the parent's id in its service.
    :param generation: last one shared.
    :param population_id: the parent's, in its service.
    :param workflow_id: the parent's execution, where it is known.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    trial_id: str
    generation: int
    population_id: str
    workflow_id: UUID | None = None


class Original(BaseModel):
    """The trial that a replay runs again.

    :param generation: last one recorded.
    :param digest: recorded up to that generation.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    trial_id: str
    workflow_id: UUID | None = None
    generation: int
    digest: str


class _Handed(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    trial_id: str = Field(min_length=1, max_length=128)
    population_id: str | None = None
    evolution_conn_id: str = "dean_evolution_default"
    indexagent_conn_id: str = "dean_indexagent_default"
    poll_seconds: float = Field(default=5.0, gt=0)
    failure_tolerance: int = Field(default=10, ge=0)
    record: RecordRef | None = Field(default=None, description="None where nothing is recorded.")
    parent: Parent | None = Field(default=None, description="Of a fork.")
    original: Original | None = Field(default=None, description="Of a replay.")

    def to_xcom(self) -> dict[str, Any]:
        """The JSON form that travels."""
        return self.model_dump(mode="json")


class TrialPlan(_Handed):
    """A trial that has been checked and named, but not started."""

    config: TrialConfig


class TrialHandle(_Handed):
    """A trial that exists. ``trial_id`` and ``population_id`` are the service's own, in dialects that choose them."""

    name: str = ""
    objective: str | None = None
    generations: int = Field(default=0, ge=0)
    max_time_seconds: float | None = Field(default=None, gt=0)
    on_kill: OnKill = OnKill.STOP
    pattern_policy: PatternPolicy = PatternPolicy.APPLY

    @classmethod
    def of(cls, value: Any) -> TrialHandle:
        """Read what a task was given: the XCom of ``start_evolution``, also as JSON text, or just a trial's id.

        Who has only an id did not start the trial, so the handle it gets leaves the trial running.

        :raises InvalidConfigurationError: when it is neither.
        """
        fields = _from_text(value) if isinstance(value, str) else value
        if isinstance(fields, Mapping):
            try:
                return cls.model_validate(dict(fields))
            except ValidationError as error:
                problem = error.errors(include_url=False, include_input=False)[0]
                rule = f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
                raise _not_a_trial(rule) from None
        raise _not_a_trial(f"got {type(value).__name__}")

    @classmethod
    def started(cls, plan: TrialPlan, *, trial_id: str, population_id: str | None, config: TrialConfig) -> TrialHandle:
        """The handle of the trial that came of ``plan``, under the ids and the configuration its service has."""
        return cls(
            **{**plan.model_dump(exclude={"config"}), "trial_id": trial_id, "population_id": population_id},
            name=config.name,
            objective=config.objective,
            generations=config.generations,
            max_time_seconds=config.max_time_seconds,
            on_kill=config.on_kill,
            pattern_policy=config.pattern_policy,
        )


def _from_text(text: str) -> Any:
    """The fields in JSON text (as templates make it), or those of a trial known by its id alone."""
    if text.lstrip().startswith(("{", "null")):
        with suppress(ValueError):
            return json.loads(text)
    return {"trial_id": text, "on_kill": OnKill.LEAVE}


def _not_a_trial(rule: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(
        "This is neither a trial's id nor what start_evolution returned.",
        details={"field": "trial", "rule": rule},
        suggestions=["Pass StartEvolutionOperator(...).output, or the id of an existing trial."],
    )
