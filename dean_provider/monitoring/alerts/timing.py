"""When an incident begins and ends: thresholds that must be passed for a while, and a way back that lies lower. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dean_provider.monitoring.alerts.rule import Rule

__all__ = ["Change", "Timer", "step"]


class Change(str, Enum):
    RAISED = "raised"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Timer:
    """Since when a group is over its threshold, or back under it; seconds since 1970.

    :param over: while there is no incident. :param back: while there is one.
    """

    over: float | None = None
    back: float | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is to be kept of it."""
        return self.over is None and self.back is None


def step(rule: Rule, timer: Timer, value: float | None, now: float, *, firing: bool) -> tuple[Timer, Change | None]:
    """What follows from the value at ``now``.

    :param value: none when there is no figure.
    :param firing: whether an incident of the group is open.
    """
    if firing:
        over = rule.no_data == "resolve" if value is None else rule.clears(value)
        return _counted(timer.back, holds=over, seconds=rule.clear_for, now=now, change=Change.RESOLVED)
    passed = rule.no_data == "fire" if value is None else rule.breaches(value)
    return _counted(timer.over, holds=passed, seconds=rule.for_, now=now, change=Change.RAISED)


def _counted(since: float | None, *, holds: bool, seconds: float, now: float, change: Change) -> tuple[Timer, Change | None]:
    if not holds:
        return Timer(), None
    begun = now if since is None else min(since, now)
    if now - begun >= seconds:
        return Timer(), change
    return (Timer(over=begun) if change is Change.RAISED else Timer(back=begun)), None
