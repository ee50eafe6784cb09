"""The life of a trial.

Facts may be told late and out of order. An outcome, once known, stands; a failed or cancelled trial goes on when it is started again;
and what happened before the last resumption changes no status any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from dean_provider.contract.events import trial as told
from dean_provider.contract.events.envelope import ActorKind, Event
from dean_provider.contract.workflow import TRIAL, WorkflowStatus
from dean_provider.state.columns import utc, whole
from dean_provider.state.folded import State
from dean_provider.state.folding.handler import handles, listed

__all__: list[str] = []

Changes = dict[str, Any]
FIGURES = ("seed", "population_size", "generations", "token_budget")
MAX_RUNS = 100


def _when(event: Event, at: datetime | None = None) -> datetime:
    return utc(at or event.occurred_at or event.timestamp)


def _whole(value: Any) -> int | None:
    return whole(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _words(value: Any) -> str | None:
    return value[:250] if isinstance(value, str) else None


@handles(told.TrialRequested)
def _requested(state: State, fact: told.TrialRequested, event: Event) -> Changes:
    owner = event.actor.name if event.actor.kind is ActorKind.USER else state.owner
    return {"name": fact.name or state.name, "owner": owner}


@handles(told.TrialValidated)
def _validated(state: State, fact: told.TrialValidated, _event: Event) -> Changes:
    config, labels = fact.config, fact.config.get("labels")
    return {
        **_preparing(state),
        **{name: _whole(config.get(name)) for name in FIGURES},
        "name": _words(config.get("name")) or state.name,
        "objective": _words(config.get("objective")),
        "labels": {str(key)[:250]: str(value)[:250] for key, value in labels.items()} if isinstance(labels, dict) else {},
        "trial_id": state.trial_id or fact.trial_id,
        "population_id": fact.population_id or state.population_id,
        "configuration": fact.config,
        "warnings": list(fact.warnings),
    }


@handles(told.ServicesChecked)
def _checked(state: State, _fact: told.ServicesChecked, _event: Event) -> Changes:
    return _preparing(state)


def _preparing(state: State) -> Changes:
    return {"status": WorkflowStatus.PREPARING} if state.status is WorkflowStatus.REQUESTED else {}


@handles(told.PopulationInitialized)
def _populated(state: State, fact: told.PopulationInitialized, _event: Event) -> Changes:
    return {**_preparing(state), "population_id": fact.population_id}


@handles(told.TrialStarted)
def _started(state: State, fact: told.TrialStarted, event: Event) -> Changes:
    changes: Changes = {
        "trial_id": fact.trial_id,
        "population_id": fact.population_id or state.population_id,
        "resumptions": max(state.resumptions, whole(fact.resumptions)),
        "started_at": min(state.started_at, _when(event)) if state.started_at else _when(event),
    }
    if state.status is WorkflowStatus.COMPLETED or fact.resumptions < state.resumptions:
        return changes
    return {**changes, "status": WorkflowStatus.RUNNING, "completed_at": None, "error": None, "termination_reason": None}


@handles(told.GenerationCompleted)
def _generation(state: State, fact: told.GenerationCompleted, _event: Event) -> Changes:
    one, number = fact.generation, whole(fact.generation.generation)
    best = one.best_fitness if state.best_fitness is None else max(state.best_fitness, one.best_fitness)
    changes: Changes = {
        "reached": _with(state.reached, number),
        "best_fitness": best,
        "tokens_used": max(state.tokens_used, whole(one.tokens_used)),
    }
    if state.status in (WorkflowStatus.REQUESTED, WorkflowStatus.PREPARING):
        changes["status"] = WorkflowStatus.RUNNING
    if number >= state.generation:
        changes |= {"generation": number, "mean_fitness": one.mean_fitness, "diversity": one.diversity}
        if state.status is not WorkflowStatus.COMPLETED:
            changes["digest"] = one.digest[:250] or state.digest
    return changes


def _with(runs: list[list[int]], number: int) -> list[list[int]]:
    """``runs`` with ``number`` in one of them. In order, as it is told nearly always, only the last run grows."""
    if runs and number == runs[-1][1] + 1:
        return [*runs[:-1], [runs[-1][0], number]]
    if any(first <= number <= last for first, last in runs):
        return runs
    merged: list[list[int]] = []
    for first, last in sorted([*runs, [number, number]]):
        if merged and first == merged[-1][1] + 1:
            merged[-1] = [merged[-1][0], last]
        else:
            merged.append([first, last])
    return merged[:MAX_RUNS]


@handles(told.DiversityIntervened)
def _intervened(state: State, _fact: told.DiversityIntervened, _event: Event) -> Changes:
    return {"interventions": state.interventions + 1}


@handles(told.BudgetWarned)
def _warned(state: State, fact: told.BudgetWarned, _event: Event) -> Changes:
    return {"budget_warnings": listed(state.budget_warnings, fact.share)}


@handles(told.TrialPaused)
def _paused(state: State, _fact: told.TrialPaused, _event: Event) -> Changes:
    return {} if state.status.ended else {"status": WorkflowStatus.PAUSED}


@handles(told.TrialResumed)
def _resumed(state: State, _fact: told.TrialResumed, _event: Event) -> Changes:
    return {} if state.status.ended else {"status": WorkflowStatus.RUNNING}


@handles(told.RunEnded)
def _run_ended(state: State, fact: told.RunEnded, event: Event) -> Changes:
    changes: Changes = {"run_state": fact.state}
    if state.workflow_type in (TRIAL, "") or fact.state != "failed" or state.status.ended:
        return changes  # what a trial came to, its service knows
    return {**changes, "status": WorkflowStatus.FAILED, "error": "its run failed", "completed_at": _when(event, fact.ended_at)}


@handles(told.TrialCompleted)
def _completed(state: State, fact: told.TrialCompleted, event: Event) -> Changes:
    return {
        "status": WorkflowStatus.COMPLETED,
        "termination_reason": fact.termination_reason,
        "best_fitness": state.best_fitness if fact.best_fitness is None else fact.best_fitness,
        "generation": max(state.generation, whole(fact.generation)),
        "tokens_used": max(state.tokens_used, whole(fact.tokens_used)),
        "digest": fact.digest or state.digest,
        "error": None,
        "completed_at": _when(event, fact.ended_at),
        "result": fact.details(),
    }


@handles(told.TrialFailed)
def _failed(state: State, fact: told.TrialFailed, event: Event) -> Changes:
    if state.status.ended:
        return {}
    return {"status": WorkflowStatus.FAILED, "error": fact.error, "completed_at": _when(event)}


@handles(told.TrialCancelled)
def _cancelled(state: State, fact: told.TrialCancelled, event: Event) -> Changes:
    if state.status.ended or fact.resumptions < state.resumptions:
        return {}
    return {"status": WorkflowStatus.CANCELLED, "error": fact.reason or None, "completed_at": _when(event)}


@handles(told.ReportPublished)
def _reported(state: State, fact: told.ReportPublished, _event: Event) -> Changes:
    details = fact.details()
    return {
        "report_uri": fact.uri or state.report_uri,
        "scores": details.get("scores") or state.scores,
        "baselines": details["baselines"] or state.baselines,
    }


@handles(told.TrialForked)
def _forked(state: State, fact: told.TrialForked, _event: Event) -> Changes:
    parent, child = _id(fact.parent_id), _id(fact.child_id)
    if child == state.id and parent is not None:
        return {"parent_id": parent, "parent_generation": whole(fact.generation)}
    return {"forks": listed(state.forks, str(child))} if parent == state.id and child is not None else {}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@handles(told.TrialReplayed)
def _replayed(state: State, fact: told.TrialReplayed, _event: Event) -> Changes:
    return {"replays": listed(state.replays, fact.replay_id)}


@handles(told.TrialReconciled)
def _reconciled(state: State, _fact: told.TrialReconciled, _event: Event) -> Changes:
    return {"repairs": state.repairs + 1}
