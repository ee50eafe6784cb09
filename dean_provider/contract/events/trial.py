"""The life of a trial, fact by fact."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.events.fact import Fact, register
from dean_provider.contract.service import HealthStatus
from dean_provider.contract.trial import Generation, Scores, TerminationReason

__all__ = [
    "BudgetExhausted",
    "BudgetWarned",
    "DiversityIntervened",
    "GenerationCompleted",
    "PopulationInitialized",
    "RecorderMissed",
    "ReportPublished",
    "RunEnded",
    "ServicesChecked",
    "TrialCancelled",
    "TrialCompensated",
    "TrialCompleted",
    "TrialFailed",
    "TrialForked",
    "TrialPaused",
    "TrialReconciled",
    "TrialReplayed",
    "TrialRequested",
    "TrialResumed",
    "TrialStarted",
    "TrialValidated",
]

Text = Annotated[str, StringConstraints(max_length=2000)]
Name = Annotated[str, StringConstraints(max_length=250)]


@register
class TrialRequested(Fact):
    """Somebody asked for a trial: by the API, or by starting a run of its DAG."""

    event_type: ClassVar[str] = "trial.requested"

    name: Name = ""
    source: Name = Field(default="airflow", description="airflow (any way to start a run) or api.")
    asked: dict[str, JsonValue] = Field(default_factory=dict, description="What was asked for, before layers and defaults.")


@register
class TrialValidated(Fact):
    """The layered configuration was put together and can work. It is what the trial runs with."""

    event_type: ClassVar[str] = "trial.validated"

    trial_id: Name
    population_id: Name | None = None
    config: dict[str, JsonValue] = Field(description="TrialConfig, complete.")
    connections: dict[Name, Name] = Field(
        default_factory=dict, max_length=10, description="Airflow connection by service, so that whoever acts on the trial later reaches it"
    )
    warnings: list[Text] = Field(default_factory=list, max_length=100)


class CheckedService(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    status: HealthStatus
    version: Name = ""
    dialect: Name = ""


@register
class ServicesChecked(Fact):
    """The services answered that they are healthy."""

    event_type: ClassVar[str] = "services.checked"

    services: dict[str, CheckedService] = Field(max_length=20)


@register
class PopulationInitialized(Fact):
    """IndexAgent holds the trial's population."""

    event_type: ClassVar[str] = "population.initialized"

    population_id: Name
    size: int = Field(ge=0)


@register
class TrialStarted(Fact):
    """The Evolution API runs the trial: for the first time, or again after a stop or a clear."""

    event_type: ClassVar[str] = "trial.started"

    trial_id: Name = Field(description="The service's own id of it.")
    population_id: Name | None = None
    generation: int = Field(default=-1, ge=-1, description="Last committed generation when it started.")
    resumptions: int = Field(default=0, ge=0)
    try_number: int = Field(default=1, ge=0, description="Try of the task that started it.")


@register
class GenerationCompleted(Fact):
    """A generation was committed: its figures."""

    event_type: ClassVar[str] = "generation.completed"

    generation: Generation

    def key(self) -> str:
        return f"generation:{self.generation.generation}"


@register
class DiversityIntervened(Fact):
    """The engine injected mutations at a generation boundary."""

    event_type: ClassVar[str] = "diversity.intervened"

    generation: int = Field(ge=0)
    diversity_before: float = Field(ge=0, le=1)
    diversity_after: float = Field(ge=0, le=1)
    agents_mutated: int = Field(ge=0)

    def key(self) -> str:
        return f"intervened:{self.generation}"


@register
class BudgetWarned(Fact):
    """The trial passed a share of its token budget."""

    event_type: ClassVar[str] = "budget.warned"

    share: float = Field(gt=0, lt=1, description="The threshold passed, for example 0.8.")
    generation: int = Field(ge=0)
    tokens_used: int = Field(ge=0)
    token_budget: int = Field(ge=1)

    def key(self) -> str:
        return f"budget:{self.share:g}"


@register
class BudgetExhausted(Fact):
    """The trial ended because the next generation would have passed its token budget."""

    event_type: ClassVar[str] = "budget.exhausted"

    generation: int = Field(ge=0)
    tokens_used: int = Field(ge=0)
    token_budget: int = Field(ge=1)

    def key(self) -> str:
        return "budget:exhausted"


@register
class TrialPaused(Fact):
    """The trial holds at a generation boundary."""

    event_type: ClassVar[str] = "trial.paused"

    generation: int = Field(ge=-1)
    reason: Text = ""


@register
class TrialResumed(Fact):
    """A paused trial goes on."""

    event_type: ClassVar[str] = "trial.resumed"

    generation: int = Field(ge=-1)


@register
class RunEnded(Fact):
    """The DAG run of the trial ended; what the trial came to is told by other facts."""

    event_type: ClassVar[str] = "run.ended"

    state: Name
    ended_at: datetime | None = None


@register
class TrialCompleted(Fact):
    """The trial ended with an outcome."""

    event_type: ClassVar[str] = "trial.completed"

    termination_reason: TerminationReason | None = None
    generation: int = Field(ge=-1)
    best_fitness: float | None = None
    best_agent_id: Name | None = None
    tokens_used: int = Field(default=0, ge=0)
    digest: Name | None = None
    elapsed_seconds: float = Field(default=0, ge=0)
    ended_at: datetime | None = None


@register
class TrialFailed(Fact):
    """The trial, or the run that was to make it, ended without an outcome."""

    event_type: ClassVar[str] = "trial.failed"

    error: Text
    error_code: Name = ""
    task_id: Name | None = None
    generation: int = Field(default=-1, ge=-1)
    try_number: int = Field(default=1, ge=0)


@register
class TrialCancelled(Fact):
    """The trial was stopped before its end, by a person, a policy or a repair. Starting it again resumes it."""

    event_type: ClassVar[str] = "trial.cancelled"

    reason: Text = ""
    generation: int = Field(default=-1, ge=-1)
    digest: Name | None = None
    resumptions: int = Field(default=0, ge=0, description="Of the trial when it was stopped: tells one stop from the next.")


@register
class TrialCompensated(Fact):
    """A teardown released what the trial had left running or reserved."""

    event_type: ClassVar[str] = "trial.compensated"

    stopped: bool = False
    released: bool = False
    note: Text = ""


@register
class ReportPublished(Fact):
    """The trial's report was written."""

    event_type: ClassVar[str] = "report.published"

    uri: Name | None = None
    digest: Name | None = None
    scores: Scores | None = None
    baselines: dict[str, Scores] = Field(default_factory=dict)


@register
class TrialForked(Fact):
    """Written to both sides: the parent learns of its child, the child of its parent."""

    event_type: ClassVar[str] = "trial.forked"

    parent_id: Name
    child_id: Name
    generation: int = Field(ge=0, description="Last generation they share.")


@register
class TrialReplayed(Fact):
    """The trial was run again from its recorded configuration and seed; written to the original."""

    event_type: ClassVar[str] = "trial.replayed"

    replay_id: Name
    digest: Name | None = None
    agrees: bool


@register
class TrialReconciled(Fact):
    """The reconciler found the record, the run and the service apart, and mended it."""

    event_type: ClassVar[str] = "trial.reconciled"

    found: Text
    repaired: Text


@register
class RecorderMissed(Fact):
    """The recorder could not be reached for a while; what it missed was told later or read again from the service."""

    event_type: ClassVar[str] = "recorder.missed"

    since: datetime
    until: datetime
    facts: int = Field(ge=0, description="Facts that were told late.")
    error: Text = ""
