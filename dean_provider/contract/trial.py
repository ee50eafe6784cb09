"""Trials and their generations, as the Evolution API reports them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.paging import Page, PageRequest
from dean_provider.contract.request import RequestModel
from dean_provider.contract.space import SearchSpace

__all__ = [
    "Constraints",
    "Direction",
    "ForkOrigin",
    "Generation",
    "GenerationPage",
    "Intervention",
    "ListGenerations",
    "ListTrials",
    "Objective",
    "ObjectiveList",
    "Scores",
    "StartTrial",
    "StopTrial",
    "TerminationReason",
    "Trial",
    "TrialId",
    "TrialPage",
    "TrialRef",
    "TrialStatus",
    "ValidateTrial",
    "Validation",
    "ValidationProblem",
    "Verification",
]

TrialId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]


class TrialStatus(str, Enum):
    """Where a trial stands. ``completed`` and ``failed`` are final; ``stopped`` and ``paused`` stay until someone acts."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (TrialStatus.STOPPED, TrialStatus.COMPLETED, TrialStatus.FAILED)


class TerminationReason(str, Enum):
    """Why a trial ended."""

    GENERATIONS = "generations"
    FITNESS_THRESHOLD = "fitness_threshold"
    STAGNATION = "stagnation"
    TOKEN_BUDGET = "token_budget"  # noqa: S105 - tokens of a budget, not a secret
    MAX_TIME = "max_time"
    STOPPED = "stopped"
    ERROR = "error"


class Direction(str, Enum):
    """How an objective's metric reads. Fitness is always maximised: it is the metric, or its negative when minimised."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"


class Intervention(BaseModel):
    """Mutations the engine injected at a generation boundary because diversity had fallen too low."""

    diversity_before: float = Field(ge=0, le=1)
    diversity_after: float = Field(ge=0, le=1)
    agents_mutated: int = Field(ge=0)


class Generation(BaseModel):
    """One committed generation in summary; genomes are read from IndexAgent or the trial's export."""

    generation: int = Field(ge=0, description="0 is the initial population.")
    best_fitness: float
    mean_fitness: float
    worst_fitness: float
    diversity: float = Field(ge=0, le=1)
    best_agent_id: str
    evaluations: int = Field(ge=0, description="Evaluations of this generation.")
    tokens_used: int = Field(ge=0, description="Tokens of the whole trial up to here.")
    intervention: Intervention | None = None
    retries: int = Field(default=0, ge=0, description="Evaluation batches of this generation that had to be repeated.")
    digest: str = Field(default="", description="Running digest up to and including this generation (hex SHA-256).")
    completed_at: datetime
    elapsed_seconds: float = Field(ge=0, description="Running time of the trial up to here, pauses excluded.")


class Scores(BaseModel):
    """The objective's metric (not fitness) of one policy on the three instance sets; ``None`` where a set does not exist."""

    train: float | None = None
    validation: float | None = None
    test: float | None = None


class Objective(BaseModel):
    """What an objective is, for people and for checks."""

    name: str
    description: str
    metric: str = Field(description="What is measured, for example 'excess over the L1 bound'.")
    unit: str = Field(default="", description="Unit of the metric, for example '%'.")
    direction: Direction
    tokens_per_evaluation: int = Field(default=1, ge=0)
    parameters_schema: dict[str, JsonValue] = Field(description="JSON schema of objective_parameters.")


class ObjectiveList(BaseModel):
    objectives: list[Objective]


class ForkOrigin(RequestModel):
    """Where a fork left its parent: they share the generations 0 to ``generation``."""

    model_config = ConfigDict(frozen=True)

    trial_id: TrialId = Field(description="The parent.")
    generation: int = Field(ge=0, le=10**9, description="Last generation shared; one the parent has committed.")


class Trial(BaseModel):
    """One evolutionary run as the Evolution API knows it."""

    model_config = ConfigDict(extra="ignore")

    trial_id: str
    population_id: str | None = None
    parent: ForkOrigin | None = Field(default=None, description="Where it was forked from, if it was.")
    status: TrialStatus
    termination_reason: TerminationReason | None = None
    config: TrialConfig | None = Field(default=None, description="The stored configuration; services without one send none.")
    current_generation: int = Field(default=-1, ge=-1, description="Last committed generation; -1 before generation 0.")
    generations: int = Field(default=0, ge=0, description="Generations asked for.")
    best_fitness: float | None = None
    best_agent_id: str | None = Field(default=None, description="The outcome, chosen on train and validation only.")
    diversity: float | None = None
    tokens_used: int = Field(default=0, ge=0)
    token_budget: int | None = None
    digest: str | None = Field(default=None, description="Digest up to the last committed generation (hex SHA-256).")
    scores: Scores | None = Field(default=None, description="Metric of the best agent on train and validation once ended.")
    objective: Objective | None = None
    error: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    elapsed_seconds: float = Field(default=0, ge=0, description="Running time, pauses excluded; a fork's goes on from the shared part.")
    paused_at: datetime | None = Field(default=None, description="Since when it is held; none unless it is paused.")
    paused_seconds: float | None = Field(
        default=None,
        ge=0,
        description="How long it was held in all, without the pause that still lasts; services that do not count send none.",
    )
    retries: int = Field(default=0, ge=0, description="Evaluation batches that had to be repeated.")
    resumptions: int = Field(default=0, ge=0, description="How often the trial went on after an interruption.")
    versions: dict[str, str] = Field(default_factory=dict, description="Software that produced it.")


class TrialPage(Page):
    trials: list[Trial]


class ListTrials(PageRequest):
    status: TrialStatus | None = None
    objective: str | None = Field(default=None, max_length=64)
    name: str | None = Field(default=None, max_length=64)
    label: str | None = Field(default=None, description="key=value", pattern=r"^[^=]+=.*$", max_length=256)


class TrialRef(RequestModel):
    trial_id: TrialId


class StartTrial(RequestModel):
    """Start a trial under the caller's id; the same id and configuration finds the running one, a stopped one resumes.

    A fork goes on from its parent's committed generations: their history, digest and tokens are its own, and its population is a fork of
    the parent's at the same generation. Its objective, objective_parameters, population_size and pattern seeds are the parent's.
    """

    model_config = ConfigDict(extra="forbid")

    trial_id: TrialId
    population_id: TrialId
    config: TrialConfig
    fork: ForkOrigin | None = Field(default=None, description="Start from a generation of another trial.")


class StopTrial(TrialRef):
    reason: str = Field(default="", max_length=1000, description="Why, for the record.")


class ListGenerations(TrialRef):
    """Generations from ``start`` on; waits up to ``wait_seconds`` for the first (long poll)."""

    start: int = Field(default=0, ge=0, le=10**9)
    limit: int = Field(default=100, ge=1, le=1000)
    wait_seconds: float = Field(default=0, ge=0, le=60)


class GenerationPage(BaseModel):
    """A run of generations and how the trial stands: one call tells a poller everything."""

    trial: Trial
    generations: list[Generation]


class Verification(BaseModel):
    """The outcome on instances it never saw, computed once after the run by the exact verifier in a process of its own."""

    trial_id: str
    agent_id: str
    genome: list[float]
    traits: dict[str, JsonValue] = Field(description="The genome by trait, as the objective explains it.")
    exact: bool = Field(description="Whether every solution was checked to be valid and its metric recomputed exactly.")
    instances: dict[str, int] = Field(default_factory=dict, description="Instances per set.")
    scores: Scores
    baselines: dict[str, Scores] = Field(default_factory=dict, description="Metric of each baseline on the same sets.")
    tokens_used: int = Field(default=0, ge=0)
    verified_at: datetime


class ValidationProblem(BaseModel):
    """One thing that cannot work."""

    field: str
    value: JsonValue = None
    rule: str
    suggestion: str = ""


class Validation(BaseModel):
    valid: bool
    problems: list[ValidationProblem] = Field(default_factory=list)
    estimated_tokens: int = Field(default=0, ge=0)
    objective: Objective | None = None
    space: SearchSpace | None = Field(default=None, description="What genomes of this objective consist of.")


class ValidateTrial(RequestModel):
    config: TrialConfig
    fork: ForkOrigin | None = Field(default=None, description="Check it as a fork of another trial.")


class Constraints(BaseModel):
    """Limits the service enforces."""

    max_population_size: int
    max_generations: int
    max_genes: int
    max_generation_genes: int | None = Field(default=None, description="Population size times genes.")
    max_running_trials: int
    max_request_bytes: int
    max_page_size: int
    max_wait_seconds: float
    evaluation_timeout_seconds: float
    evaluation_memory_bytes: int
