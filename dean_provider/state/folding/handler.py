"""The one table from a kind of fact to what it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from dean_provider.contract.events.envelope import Event
from dean_provider.contract.events.fact import Fact
from dean_provider.state.folded import State

__all__ = ["KEPT", "changes", "handles", "listed"]

KEPT = 200
"""Items of each list in a state. A state is written again with every event, so it must not grow with them."""

Changes = dict[str, Any]
FactKind = TypeVar("FactKind", bound=Fact)
Item = TypeVar("Item")
_handlers: dict[type[Fact], Callable[[State, Any, Event], Changes]] = {}


def handles(kind: type[FactKind]) -> Callable[[Callable[[State, FactKind, Event], Changes]], Callable[[State, FactKind, Event], Changes]]:
    """Decorator: the fields of the state that a fact of ``kind`` gives new values."""

    def keep(function: Callable[[State, FactKind, Event], Changes]) -> Callable[[State, FactKind, Event], Changes]:
        _handlers[kind] = function
        return function

    return keep


def changes(state: State, fact: Fact, event: Event) -> Changes:
    """What ``fact`` changes in ``state``; nothing for a kind that only the record itself is for."""
    handler = _handlers.get(type(fact))
    return handler(state, fact, event) if handler else {}


def listed(items: Sequence[Item], *more: Item) -> list[Item]:
    """``items`` and what is new in ``more``, the newest :data:`KEPT` of them."""
    return [*items, *(item for item in more if item not in items)][-KEPT:]
