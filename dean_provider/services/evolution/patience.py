"""Waiting for a dependency that is away: with growing pauses, at once interruptible, not for ever."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from structlog import get_logger

from dean_provider.errors import DeanError
from dean_provider.services.evolution.evaluation.evaluator import Interrupted, OutOfTime

__all__ = ["Patience"]

_log = get_logger(__name__)
_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0
Result = TypeVar("Result")


class Patience:
    """Repeats what may be repeated.

    :param seconds: how long in all before the last error is raised.
    :param on_waiting: told why, when the wait begins, and ``None`` when it ends.
    :param may_wait: asked before every pause whether to go on.
    """

    def __init__(
        self,
        seconds: float,
        on_waiting: Callable[[str | None], None],
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        may_wait: Callable[[], bool] = lambda: True,
    ) -> None:
        self.seconds = seconds
        self.on_waiting = on_waiting
        self.clock = clock
        self.jitter = jitter
        self.may_wait = may_wait

    def insist(self, do: Callable[[], Result], interrupt: threading.Event, until: float = math.inf) -> Result:
        """Do ``do`` until it succeeds.

        :param until: when, by the clock, waiting has no sense any more, whatever patience is left.
        :raises DeanError: one that a retry cannot help, or the last when patience ends.
        :raises Interrupted: as soon as ``interrupt`` is set, or it may not wait.
        :raises OutOfTime: it is ``until``.
        """
        start, pause, waiting = self.clock(), _FIRST_SECONDS, False
        while True:
            try:
                result = do()
            except DeanError as error:
                if not error.retryable:
                    raise
                if interrupt.is_set() or not self.may_wait():
                    raise Interrupted from None
                if self.clock() >= until:
                    self._ended(waiting, "waited in vain")
                    raise OutOfTime from None
                if self.clock() - start >= self.seconds:
                    raise
                if not waiting:
                    waiting = True
                    _log.warning("waiting", why=error.message)
                    self.on_waiting(f"Waiting: {error.message}")
                wait = max(pause, min(error.retry_after or 0, _LONGEST_SECONDS)) * (0.5 + self.jitter() / 2)
            else:
                self._ended(waiting, "going on")
                return result
            if interrupt.wait(min(wait, until - self.clock())):
                raise Interrupted
            pause = min(2 * pause, _LONGEST_SECONDS)

    def _ended(self, waiting: bool, how: str) -> None:
        if waiting:
            _log.info(how)
            self.on_waiting(None)
