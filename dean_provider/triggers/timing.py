"""Clocks and waiting, handed to whatever must be testable without them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dean_provider.contract.trial import Trial, TrialStatus

__all__ = ["Deadline", "PausedTime", "RunningTime", "Timing", "paused_seconds"]


@dataclass(frozen=True)
class Timing:
    """:param wall: seconds since the epoch, comparable between machines. :param monotonic: seconds that never jump."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def paused_seconds(trial: Trial, now: float) -> float | None:
    """How long ``trial`` was held in all up to ``now`` (seconds since the epoch); ``None`` when its service does not count that."""
    if trial.paused_seconds is None:
        return None
    lasting = 0.0 if trial.paused_at is None else max(0.0, now - trial.paused_at.timestamp())
    return trial.paused_seconds + lasting


class PausedTime:
    """How long a trial was held since somebody began to wait for it.

    Where the service counts, its count less what it was at the beginning holds, so that it is the same in whatever process, and pauses
    that nobody watched are in it. For services that do not count, the time in which the trial was last seen held is added up here, and a
    wait that moves to another process begins anew with none.

    :param before: the service's count when waiting began; ``None`` when it is not known, and the first answer begins it.
    """

    def __init__(self, before: float | None, timing: Timing) -> None:
        self._timing = timing
        self._before = before
        self._seconds = 0.0
        self._seen = timing.monotonic()
        self._held = False

    def observe(self, trial: Trial) -> None:
        """Take note of how the trial stands."""
        self._seconds, self._seen = self.seconds, self._timing.monotonic()
        self._held = trial.status is TrialStatus.PAUSED
        counted = paused_seconds(trial, self._timing.wall())
        if counted is not None:
            self._before = counted if self._before is None else self._before
            self._seconds = max(0.0, counted - self._before)

    @property
    def seconds(self) -> float:
        return self._seconds + (self._timing.monotonic() - self._seen if self._held else 0.0)


class Deadline:
    """A moment given in wall time, which survives a move to another process, kept in monotonic time from then on.

    It moves away while the trial is held: whoever pauses one takes no time from it.

    :param at: seconds since the epoch; ``None`` never comes.
    :param paused: how long the trial was held since then.
    """

    def __init__(self, at: float | None, timing: Timing, paused: PausedTime | None = None) -> None:
        self._monotonic = timing.monotonic
        self._at = None if at is None else timing.monotonic() + (at - timing.wall())
        self._paused = paused

    def remaining(self) -> float:
        """Seconds left; infinite when there is no deadline."""
        if self._at is None:
            return float("inf")
        return self._at - self._monotonic() + (self._paused.seconds if self._paused else 0.0)

    @property
    def passed(self) -> bool:
        return self.remaining() <= 0


class RunningTime:
    """How long a trial has been running, pauses and the time in which it waits for its turn excluded.

    The service's own count is taken where it sends one. Between its answers, and for services that send none, the time
    in which the trial was last seen running is added up here, so that a service that stands still is noticed too.

    :param begun: when waiting for the trial began, seconds since the epoch; the time since then counts where nobody knows better.
    """

    def __init__(self, begun: float, timing: Timing) -> None:
        self._timing = timing
        self._begun = begun
        self._seconds = max(0.0, timing.wall() - begun)
        self._seen = timing.monotonic()
        self._moving = True
        self._looked = False
        self._known = False

    def observe(self, trial: Trial) -> None:
        """Take note of how the trial stands."""
        self._seconds, self._seen = self.seconds, self._timing.monotonic()
        if trial.elapsed_seconds > 0:
            self._seconds = max(self._seconds, trial.elapsed_seconds) if self._known else trial.elapsed_seconds
            self._known = True
        elif not self._looked:
            self._seconds = self._since_its_start(trial)
        self._looked = True
        self._moving = trial.status is TrialStatus.RUNNING

    def _since_its_start(self, trial: Trial) -> float:
        if trial.status is TrialStatus.PENDING:
            return 0.0
        started = self._begun if trial.started_at is None else max(self._begun, trial.started_at.timestamp())
        return max(0.0, self._timing.wall() - started)

    @property
    def seconds(self) -> float:
        since = self._timing.monotonic() - self._seen if self._moving else 0.0
        return self._seconds + since
