"""What an execution's events amount to, and its two forms in the database: a row, and the document in a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from dean_provider.contract.trial import TerminationReason
from dean_provider.contract.workflow import WorkflowStatus

__all__ = ["State", "changes_of", "columns_of", "from_columns", "from_document", "opening", "to_document"]

Json = dict[str, JsonValue]


@dataclass(frozen=True)
class State:
    """Everything the events up to ``sequence`` say about one execution.

    :param reached: runs of generations that are recorded, as ``[first, last]``, in order and apart.
    :param run_state: how the DAG run ended, if it has.
    """

    id: UUID
    created_at: datetime
    updated_at: datetime
    sequence: int = 0
    head_hash: str = ""
    workflow_type: str = ""
    status: WorkflowStatus = WorkflowStatus.REQUESTED
    name: str = ""
    owner: str | None = None
    trial_id: str | None = None
    population_id: str | None = None
    dag_id: str | None = None
    run_id: str | None = None
    task_group: str = ""
    map_index: int = -1
    parent_id: UUID | None = None
    parent_generation: int | None = None
    objective: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    seed: int | None = None
    population_size: int | None = None
    generation: int = -1
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
    started_at: datetime | None = None
    completed_at: datetime | None = None
    configuration: Json = field(default_factory=dict)
    result: Json = field(default_factory=dict)
    reached: list[list[int]] = field(default_factory=list)
    run_state: str | None = None
    scores: Json | None = None
    baselines: Json = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    budget_warnings: list[float] = field(default_factory=list)
    interventions: int = 0
    resumptions: int = 0
    forks: list[str] = field(default_factory=list)
    replays: list[str] = field(default_factory=list)
    patterns: list[Json] = field(default_factory=list)
    alerts: list[Json] = field(default_factory=list)
    approval: str | None = None
    repairs: int = 0
    unknown_events: int = 0

    @property
    def complete_to(self) -> int:
        """The last generation up to which none is missing; -1 without generation 0."""
        return self.reached[0][1] if self.reached and self.reached[0][0] == 0 else -1


INSIDE = frozenset(
    {
        "reached",
        "run_state",
        "scores",
        "baselines",
        "warnings",
        "budget_warnings",
        "interventions",
        "resumptions",
        "forks",
        "replays",
        "patterns",
        "alerts",
        "approval",
        "repairs",
        "unknown_events",
    }
)
"""What has no column of its own and is kept together in the column ``state``."""

OWN = tuple(one.name for one in fields(State) if one.name not in INSIDE)


def opening(workflow_id: UUID, now: datetime | None = None) -> State:
    """An execution of which nothing is known yet."""
    instant = now or datetime.fromtimestamp(0, timezone.utc)
    return State(id=workflow_id, created_at=instant, updated_at=instant)


def columns_of(state: State) -> dict[str, Any]:
    """``state`` as the columns of its row."""
    row = {name: getattr(state, name) for name in OWN}
    row["status"] = state.status.value
    row["termination_reason"] = state.termination_reason and state.termination_reason.value
    row["state"] = {name: getattr(state, name) for name in sorted(INSIDE)}
    return row


def changes_of(before: State, after: State) -> dict[str, Any]:
    """The columns in which ``after`` differs from ``before``."""
    old = columns_of(before)
    return {name: value for name, value in columns_of(after).items() if value != old[name]}


def from_columns(row: dict[str, Any]) -> State:
    """The state in the columns of a row."""
    own = {name: row[name] for name in OWN}
    reason = own["termination_reason"]
    own.update(status=WorkflowStatus(own["status"]), termination_reason=None if reason is None else TerminationReason(reason))
    return State(**own, **{name: value for name, value in row["state"].items() if name in INSIDE})


@cache
def _document() -> TypeAdapter[State]:
    return TypeAdapter(State)


def to_document(state: State) -> Json:
    """``state`` as one JSON document, for a snapshot."""
    document: Json = _document().dump_python(state, mode="json")
    return document


def from_document(document: Json) -> State:
    """The state in a document of :func:`to_document`; fields that a newer version added have their defaults.

    :raises pydantic.ValidationError: when it is none.
    """
    return _document().validate_python(document)
