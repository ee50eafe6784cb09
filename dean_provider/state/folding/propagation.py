"""The life of a propagation of patterns from one trial to another."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.events import pattern as told
from dean_provider.contract.events.envelope import Event
from dean_provider.contract.workflow import WorkflowStatus
from dean_provider.state.columns import utc, whole
from dean_provider.state.folded import State
from dean_provider.state.folding.handler import handles
from dean_provider.state.folding.pattern import with_pattern

__all__: list[str] = []

Changes = dict[str, Any]
DECIDED = ("propagated", "quarantined")
"""What becomes of a pattern is not undone by what is told late."""


@handles(told.PropagationPlanned)
def _planned(state: State, fact: told.PropagationPlanned, event: Event) -> Changes:
    changes: Changes = {
        "name": f"{fact.source_trial_id} to {fact.target_trial_id}"[:250],
        "trial_id": fact.target_trial_id,
        "objective": fact.objective,
        "configuration": fact.config,
        "started_at": state.started_at or utc(event.occurred_at or event.timestamp),
    }
    if state.status is WorkflowStatus.COMPLETED:
        return changes
    return {**changes, "status": WorkflowStatus.RUNNING, "completed_at": None, "error": None}


@handles(told.PatternTried)
def _tried(state: State, fact: told.PatternTried, _event: Event) -> Changes:
    effect = fact.effectiveness.mean if fact.effectiveness else None
    decided = any(one["pattern_id"] == fact.pattern_id and one["status"] in DECIDED for one in state.patterns)
    return {
        "patterns": state.patterns if decided else with_pattern(state.patterns, fact.pattern_id, status="tried", effect=effect),
        "tokens_used": state.tokens_used + whole(fact.tokens_used),
    }


@handles(told.PatternPropagated)
def _propagated(state: State, fact: told.PatternPropagated, _event: Event) -> Changes:
    measured = {"effect": fact.effectiveness.mean} if fact.effectiveness else {}
    return {"patterns": with_pattern(state.patterns, fact.pattern_id, status="propagated", **measured)}


@handles(told.PatternQuarantined)
def _quarantined(state: State, fact: told.PatternQuarantined, _event: Event) -> Changes:
    return {"patterns": with_pattern(state.patterns, fact.pattern_id, status="quarantined", reason=fact.reason)}


@handles(told.PropagationCompleted)
def _completed(_state: State, fact: told.PropagationCompleted, event: Event) -> Changes:
    return {
        "status": WorkflowStatus.COMPLETED,
        "error": None,
        "completed_at": utc(event.occurred_at or event.timestamp),
        "result": fact.details(),
    }


@handles(told.PropagationFailed)
def _failed(state: State, fact: told.PropagationFailed, event: Event) -> Changes:
    if state.status.ended:
        return {}
    return {"status": WorkflowStatus.FAILED, "error": fact.error, "completed_at": utc(event.occurred_at or event.timestamp)}
