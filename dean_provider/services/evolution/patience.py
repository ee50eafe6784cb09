"""Waiting for a dependency that is away: with growing pauses, at once interruptible, not for ever."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from structlog import get_logger

from dean_provider.errors import DeanError
from dean_provider.services.evolution.evaluation.evaluator import Interrupted

__all__ = ["Patience"]

_log = get_logger(__name__)
_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0
Result = TypeVar("Result")


class Patience:
    """Repeats what may be repeated.

    :param seconds: how long in all before the last error is raised.
    :param on_waiting: told why, when the wait begins, and ``None`` when it ends.
    """

    def __init__(
        self,
        seconds: float,
        on_waiting: Callable[[str | None], None],
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.seconds = seconds
        self.on_waiting = on_waiting
        self.clock = clock
        self.jitter = jitter

    def insist(self, do: Callable[[], Result], interrupt: threading.Event) -> Result:
        """Do ``do`` until it succeeds.

        :raises DeanError: one that a retry cannot help, or the last when patience ends.
        :raises Interrupted: as soon as ``interrupt`` is set.
        """
        start, pause, waiting = self.clock(), _FIRST_SECONDS, False
        while True:
            try:
                result = do()
            except DeanError as error:
                if not error.retryable or self.clock() - start >= self.seconds:
                    raise
                if interrupt.is_set():
                    raise Interrupted from None
                if not waiting:
                    waiting = True
                    _log.warning("waiting", why=error.message)
                    self.on_waiting(f"Waiting: {error.message}")
                wait = max(pause, min(error.retry_after or 0, _LONGEST_SECONDS)) * (0.5 + self.jitter() / 2)
            else:
                if waiting:
                    _log.info("going on")
                    self.on_waiting(None)
                return result
            if interrupt.wait(wait):
                raise Interrupted
            pause = min(2 * pause, _LONGEST_SECONDS)
