"""Places where a service may be held, so that a test can kill it exactly there.

The reference services call a probe at these points and do nothing there by themselves; only this wrapper can make them wait:
``bred`` (IndexAgent has made a generation, the Evolution API has not evaluated it), ``committing`` (its rows are written, the
transaction is open), ``committed``; and in IndexAgent ``breeding`` (rows written, transaction open).
"""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["PausePoints"]


class PausePoints:
    """A probe that waits at one point of one generation.

    :param point: name of the point.
    :param generation: the first generation at which it holds.
    :param on_reached: told (point, trial or population, generation) when it is reached.
    """

    def __init__(self, point: str, generation: int, on_reached: Callable[[str, str, int], None]) -> None:
        self.point = point
        self.generation = generation
        self.on_reached = on_reached
        self._released = threading.Event()

    def release(self) -> None:
        """Let whoever waits go on, and hold nobody from now on."""
        self._released.set()

    def __call__(self, point: str, name: str, generation: int) -> None:
        if point == self.point and generation >= self.generation and not self._released.is_set():
            self.on_reached(point, name, generation)
            self._released.wait()
