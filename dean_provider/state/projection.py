"""The projection: a pure fold over an execution's events, so that it can be made again from them at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dean_provider.contract.events import Event, Fact
from dean_provider.state.columns import utc
from dean_provider.state.facts import known_fact
from dean_provider.state.folded import State, opening
from dean_provider.state.folding import changes

__all__ = ["State", "fold", "opening", "step"]


def fold(state: State, event: Event) -> State:
    """``state`` after ``event``, its next one. An event that nobody here understands is counted and changes nothing else."""
    return step(state, event, known_fact(event.event_type, event.schema_version, event.details))


def step(state: State, event: Event, fact: Fact | None) -> State:
    """The same, by a reader who knows what fact the event holds."""
    told: dict[str, Any] = {"sequence": event.sequence, "head_hash": event.hash, "updated_at": utc(event.timestamp)}
    if event.sequence == 1:
        told["created_at"] = utc(event.timestamp)
    if fact is None:
        return replace(state, unknown_events=state.unknown_events + 1, **told)
    return replace(state, **{**told, **changes(state, fact, event)})
