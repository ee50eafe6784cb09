"""Workflow executions as the gateway tells them: one orchestrated run, folded from its events."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.events.envelope import EventPage, ReportedFact
from dean_provider.contract.paging import Page, PageRequest
from dean_provider.contract.request import RequestModel
from dean_provider.contract.trial import Scores, TerminationReason

__all__ = [
    "SYSTEM",
    "TRIAL",
    "AlertState",
    "Head",
    "ListAudit",
    "ListEvents",
    "ListWorkflows",
    "MetricsPage",
    "MetricsPoint",
    "Origin",
    "PatternState",
    "ReadMetrics",
    "RecordFacts",
    "Recorded",
    "RecordedEvents",
    "Workflow",
    "WorkflowDetail",
    "WorkflowOrder",
    "WorkflowPage",
    "WorkflowRef",
    "WorkflowStatus",
]

TRIAL = "trial"
SYSTEM = "system"
WorkflowType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Name = Annotated[str, StringConstraints(max_length=250)]
RecordedEvents = EventPage
MAX_FACTS = 500
MAX_COUNT = 2**53 - 1
"""What JSON carries exactly, and every database keeps."""


class WorkflowStatus(str, Enum):
    """Where an execution stands. A cancelled or failed one goes on when its run is cleared."""

    REQUESTED = "requested"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (WorkflowStatus.COMPLETED, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED)


class Origin(RequestModel):
    """Which part of which DAG run an execution belongs to: what a service token's claims must match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dag_id: Name
    run_id: Name
    task_group: Name = Field(default="", description="Group the trial's tasks live in; empty at the DAG's top.")
    map_index: int = Field(default=-1, ge=-1)


class Head(BaseModel):
    """The end of a chain: what a report or a log keeps so that a cut tail is noticed."""

    sequence: int = Field(ge=0)
    hash: str


class Workflow(BaseModel):
    """One execution in summary: a row of every list."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    workflow_type: WorkflowType = TRIAL
    status: WorkflowStatus
    name: str = ""
    owner: str | None = Field(default=None, description="Who asked for it, when that was a person the gateway knew.")
    trial_id: str | None = Field(default=None, description="The Evolution API's own id of the trial.")
    population_id: str | None = None
    dag_id: str | None = None
    run_id: str | None = None
    task_group: str = ""
    map_index: int = -1
    parent_id: UUID | None = Field(default=None, description="The execution this one was forked from.")
    parent_generation: int | None = None
    objective: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    seed: int | None = None
    population_size: int | None = None
    generation: int = Field(default=-1, ge=-1, description="Last generation recorded.")
    generations: int | None = None
    best_fitness: float | None = None
    mean_fitness: float | None = None
    diversity: float | None = None
    tokens_used: int = 0
    token_budget: int | None = None
    digest: str | None = None
    termination_reason: TerminationReason | None = None
    error: str | None = None
    report_uri: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime
    sequence: int = Field(ge=0, description="Of its last event.")


class PatternState(BaseModel):
    """What became of one pattern."""

    pattern_id: str
    description: str = ""
    status: Literal["discovered", "applied", "refused", "tried", "propagated", "quarantined"] = "discovered"
    effect: float | None = Field(default=None, description="Mean change of fitness, as measured.")
    reason: str = ""


class AlertState(BaseModel):
    """An incident of the ``system`` workflow."""

    incident_id: str
    rule: str
    severity: str
    message: str
    status: Literal["firing", "acknowledged", "resolved"]
    raised_at: datetime
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None


class WorkflowDetail(Workflow):
    """Everything the events say about one execution."""

    configuration: dict[str, JsonValue] = Field(default_factory=dict)
    result: dict[str, JsonValue] = Field(default_factory=dict)
    scores: Scores | None = None
    baselines: dict[str, Scores] = Field(default_factory=dict)
    warnings: list[str] = Field(default_factory=list)
    budget_warnings: list[float] = Field(default_factory=list)
    interventions: int = 0
    resumptions: int = 0
    forks: list[UUID] = Field(default_factory=list)
    replays: list[str] = Field(default_factory=list)
    patterns: list[PatternState] = Field(default_factory=list)
    alerts: list[AlertState] = Field(default_factory=list)
    approval: Literal["asked", "approved", "refused"] | None = None
    repairs: int = Field(default=0, description="How often the reconciler mended it.")
    unknown_events: int = Field(default=0, description="Events of types this version does not know.")
    head: Head


class WorkflowRef(RequestModel):
    workflow_id: UUID


class WorkflowPage(Page):
    workflows: list[Workflow]


class WorkflowOrder(str, Enum):
    """What a list of executions goes by. Where a value is not known yet the execution comes last, in either direction."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NAME = "name"
    GENERATION = "generation"
    BEST_FITNESS = "best_fitness"
    DIVERSITY = "diversity"
    TOKENS_USED = "tokens_used"


class ListWorkflows(PageRequest):
    """Newest first unless ``sort`` says otherwise. ``search`` looks into names and ids."""

    workflow_type: WorkflowType | None = None
    status: WorkflowStatus | None = None
    dag_id: Name | None = None
    run_id: Name | None = None
    objective: str | None = Field(default=None, max_length=64)
    name: str | None = Field(default=None, max_length=64)
    owner: Name | None = None
    parent_id: UUID | None = None
    label: str | None = Field(default=None, description="key=value", pattern=r"^[^=]+=.*$", max_length=256)
    search: str | None = Field(default=None, max_length=200)
    created_after: datetime | None = None
    created_before: datetime | None = None
    cursor: str | None = Field(default=None, max_length=2048, description="next_cursor of the page before.")
    sort: WorkflowOrder = WorkflowOrder.CREATED_AT
    descending: bool = Field(default=True, description="The newest, last or greatest first.")


class ListEvents(PageRequest):
    """Events of one execution in order, from ``after`` on; or from the last one back."""

    workflow_id: UUID
    after: int = Field(default=0, ge=0, le=MAX_COUNT, description="Only events with a higher sequence.")
    event_type: str | None = Field(default=None, max_length=50)
    generations: bool = Field(default=True, description="Whether the one event of each generation is listed too.")
    newest_first: bool = False


class ListAudit(PageRequest):
    """What people did, newest first."""

    actor: str | None = Field(default=None, max_length=1000, description="Name of the person.")
    event_type: str | None = Field(default=None, max_length=50)
    workflow_id: UUID | None = None
    recorded_after: datetime | None = None
    recorded_before: datetime | None = None


class ReadMetrics(WorkflowRef):
    """Per-generation figures from ``start`` to ``end``, at most ``points`` of them.

    With more generations than points each point stands for the last generation of a bucket; first and last are always there.
    """

    start: int = Field(default=0, ge=0, le=MAX_COUNT)
    end: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    points: int = Field(default=1000, ge=2, le=10_000)


class MetricsPoint(BaseModel):
    generation: int
    best_fitness: float
    mean_fitness: float
    worst_fitness: float
    diversity: float
    tokens_used: int
    evaluations: int
    retries: int = 0
    intervened: bool = False
    elapsed_seconds: float
    completed_at: datetime
    best_agent_id: str


class MetricsPage(BaseModel):
    generations: int = Field(description="Generations in the range asked for.")
    sampled: bool = Field(description="Whether points were left out.")
    points: list[MetricsPoint]


class RecordFacts(RequestModel):
    """Tell facts about one execution; the first ones open it.

    Only services may. The token's claims must be those of ``origin``, and the id of an execution that is not open yet must be that which
    the origin gives it: of namespace, DAG, run, the task that starts it, and map index.
    """

    model_config = ConfigDict(extra="forbid")

    workflow_id: UUID
    workflow_type: WorkflowType = TRIAL
    origin: Origin
    start_task_id: Name = Field(
        default="",
        description="Full id of the task that the execution has its id from; `start_evolution` of the origin's group when empty.",
    )
    facts: list[ReportedFact] = Field(min_length=1, max_length=MAX_FACTS)


class Recorded(BaseModel):
    """What became of told facts."""

    recorded: int = Field(ge=0, description="New events.")
    known: int = Field(ge=0, description="Facts that had been recorded before.")
    generation: int = Field(default=-1, ge=-1, description="Last generation up to which none is missing.")
    head: Head
