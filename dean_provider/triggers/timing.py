"""Clocks and waiting, handed to whatever must be testable without them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dean_provider.contract.trial import Trial, TrialStatus

__all__ = ["Deadline", "RunningTime", "Timing"]


@dataclass(frozen=True)
class Timing:
    """:param wall: seconds since the epoch, comparable between machines. :param monotonic: seconds that never jump."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Deadline:
    """A moment given in wall time, which survives a move to another process, kept in monotonic time from then on.

    :param at: seconds since the epoch; ``None`` never comes.
    """

    def __init__(self, at: float | None, timing: Timing) -> None:
        self._monotonic = timing.monotonic
        self._at = None if at is None else timing.monotonic() + (at - timing.wall())

    def remaining(self) -> float:
        """Seconds left; infinite when there is no deadline."""
        return float("inf") if self._at is None else self._at - self._monotonic()

    @property
    def passed(self) -> bool:
        return self.remaining() <= 0


class RunningTime:
    """How long a trial has been running, pauses excluded.

    The service's own count is taken where it sends one. Between its answers, and for services that send none, the time
    in which the trial was last seen moving is added up here, so that a service that stands still is noticed too.

    :param begun: when the trial was started, seconds since the epoch.
    """

    def __init__(self, begun: float, timing: Timing) -> None:
        self._timing = timing
        self._seconds = max(0.0, timing.wall() - begun)
        self._seen = timing.monotonic()
        self._moving = True
        self._known = False

    def observe(self, trial: Trial) -> None:
        """Take note of how the trial stands."""
        self._seconds, self._seen = self.seconds, self._timing.monotonic()
        if trial.elapsed_seconds > 0:
            self._seconds = max(self._seconds, trial.elapsed_seconds) if self._known else trial.elapsed_seconds
            self._known = True
        self._moving = trial.status in (TrialStatus.PENDING, TrialStatus.RUNNING)

    @property
    def seconds(self) -> float:
        since = self._timing.monotonic() - self._seen if self._moving else 0.0
        return self._seconds + since
