"""Patterns and what was decided about them."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.events import pattern as told
from dean_provider.contract.events.envelope import Event
from dean_provider.state.folded import State
from dean_provider.state.folding.handler import KEPT, handles

__all__ = ["with_pattern"]

Changes = dict[str, Any]
Patterns = list[dict[str, Any]]


def with_pattern(patterns: Patterns, pattern_id: str, **told_of_it: Any) -> Patterns:
    """The patterns with one of them changed, or new at the end."""
    if any(one["pattern_id"] == pattern_id for one in patterns):
        return [{**one, **told_of_it} if one["pattern_id"] == pattern_id else one for one in patterns]
    new = {"pattern_id": pattern_id, "description": "", "status": "discovered", "effect": None, "reason": ""}
    return [*patterns, {**new, **told_of_it}][-KEPT:]


@handles(told.PatternDiscovered)
def _discovered(state: State, fact: told.PatternDiscovered, _event: Event) -> Changes:
    effect = fact.effectiveness.mean if fact.effectiveness else None
    return {"patterns": with_pattern(state.patterns, fact.pattern_id, description=fact.description, effect=effect)}


@handles(told.PatternRefused)
def _refused(state: State, fact: told.PatternRefused, _event: Event) -> Changes:
    measured = {"effect": fact.effectiveness.mean} if fact.effectiveness else {}
    return {"patterns": with_pattern(state.patterns, fact.pattern_id, status="refused", reason=fact.reason, **measured)}


@handles(told.PatternApplied)
def _applied(state: State, fact: told.PatternApplied, _event: Event) -> Changes:
    patterns = state.patterns
    for pattern_id in fact.pattern_ids:
        patterns = with_pattern(patterns, pattern_id, status="applied")
    return {"patterns": patterns}


@handles(told.ApprovalAsked)
def _asked(_state: State, _fact: told.ApprovalAsked, _event: Event) -> Changes:
    return {"approval": "asked"}


@handles(told.ApprovalGiven)
def _given(_state: State, fact: told.ApprovalGiven, _event: Event) -> Changes:
    return {"approval": "approved" if fact.approved else "refused"}
