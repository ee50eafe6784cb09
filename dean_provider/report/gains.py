"""Gains on one common axis: drawn where they lie, written with as many decimals as tell them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dean_provider.contract.pattern import Effectiveness
from dean_provider.report.metric import Metric
from dean_provider.report.scale import Scale
from dean_provider.report.text import NARROW_SPACE, minus

__all__ = ["Gains", "Interval", "signed"]

MOST_DECIMALS = 6


@dataclass(frozen=True)
class Interval:
    """Ends and mean in percent of the drawing's width."""

    low: float
    high: float
    mean: float
    tone: str
    text: str


@dataclass(frozen=True)
class Gains:
    """Changes of fitness in the metric's unit; positive is better."""

    axis: Scale
    metric: Metric

    @classmethod
    def of(cls, effects: Sequence[Effectiveness], metric: Metric) -> Gains:
        """An axis that holds zero and every interval."""
        return cls(Scale.around([end for effect in effects for end in (effect.low, effect.high)] + [0.0]), metric)

    def text(self, value: float) -> str:
        """With its sign; three significant digits of what the axis spans."""
        decimals = 2 - math.floor(math.log10(self.axis.span))
        if not 0 <= decimals <= MOST_DECIMALS or not math.isfinite(value):
            return signed(value, self.metric)
        return minus(f"{value + 0.0:+.{decimals}f}") + (f"{NARROW_SPACE}{self.metric.unit}" if self.metric.unit else "")

    def percent(self, value: float) -> float:
        """Where ``value`` lies."""
        return round(100 * self.axis.share(value), 1)

    def interval(self, effect: Effectiveness) -> Interval:
        """An interval wholly on one side of zero is good or bad, any other neither."""
        tone = "good" if effect.low > 0 else "bad" if effect.high < 0 else "plain"
        text = f"{self.text(effect.low)} to {self.text(effect.high)}"
        return Interval(self.percent(effect.low), self.percent(effect.high), self.percent(effect.mean), tone, text)


def signed(value: float, metric: Metric) -> str:
    """A gain of fitness in the metric's unit, with its sign."""
    shown = metric.text(value)
    return f"+{shown}" if value > 0 else shown
