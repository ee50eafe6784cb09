"""Long work asked for several times at once is done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dean_provider.services.evolution.turns import Turns

__all__ = ["Once"]

Result = TypeVar("Result")


class Once:
    """Callers with the same key go one after another; the second finds what the first has stored."""

    def __init__(self) -> None:
        self.turns = Turns()

    def do(self, key: str, find: Callable[[], Result | None], make: Callable[[], Result]) -> Result:
        """What ``find`` has, else what ``make`` makes."""
        found = find()
        if found is not None:
            return found
        with self.turns.of(key):
            found = find()
            return make() if found is None else found
