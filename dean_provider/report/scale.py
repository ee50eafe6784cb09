"""Axes: from values to places, and round numbers to label them with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dean_provider.report.text import minus

__all__ = ["Scale"]

LOGARITHMIC_FROM = 1000
GREATEST, LEAST = 1e300, 1e-300
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Scale:
    """A value axis from ``low`` to ``high`` (``low < high``; both above 0 when logarithmic)."""

    low: float
    high: float
    logarithmic: bool = False

    @classmethod
    def around(cls, values: Iterable[float], *, zero: bool = False, margin: float = 0.05) -> Scale:
        """A linear axis holding all ``values`` that can be drawn (finite, up to 1e300), and 0 if asked, with some air."""
        drawable = [value for value in values if abs(value) <= GREATEST] + ([0.0] if zero else [])
        low, high = (min(drawable), max(drawable)) if drawable else (0.0, 1.0)
        span = high - low
        if span <= max(abs(low) * 1e-12, abs(high) * 1e-12, LEAST):
            pad = abs(low) * 0.5 or 1.0
            return cls(low - pad, high + pad)
        air = span * margin
        return cls(0.0 if zero and low == 0 else low - air, 0.0 if zero and high == 0 else high + air)

    @classmethod
    def fitting(cls, values: Iterable[float], ratio: float = LOGARITHMIC_FROM) -> Scale:
        """Like :meth:`around`, but logarithmic when all are positive and the greatest is ``ratio`` times the least or more."""
        drawable = [value for value in values if abs(value) <= GREATEST]
        if drawable and min(drawable) > LEAST and max(drawable) / ratio >= min(drawable):
            return cls(min(drawable) / 1.2, max(drawable) * 1.2, logarithmic=True)
        return cls.around(drawable)

    @property
    def span(self) -> float:
        return self.high - self.low

    def place(self, value: float) -> float:
        """Where ``value`` lies, from 0 at ``low`` to 1 at ``high``, and beyond."""
        if not self.logarithmic:
            return (value - self.low) / self.span
        return math.log(value / self.low) / math.log(self.high / self.low) if value > 0 else -math.inf

    def share(self, value: float) -> float:
        """Like :meth:`place`; values beyond lie on the edge."""
        return min(1.0, max(0.0, self.place(value)))

    def ticks(self, wanted: int) -> list[tuple[float, str]]:
        """Round values with their labels, at most about ``wanted``."""
        if self.logarithmic:
            return self._decades(wanted)
        step = _round_step(self.span / max(1, wanted))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        places = [index * step for index in range(first, last + 1)]
        return [(place, _label(place, step)) for place in places]

    def whole_ticks(self, wanted: int) -> list[tuple[float, str]]:
        """Like :meth:`ticks`, whole numbers only."""
        return [(value, label) for value, label in self.ticks(wanted) if value == int(value)]

    def _decades(self, wanted: int) -> list[tuple[float, str]]:
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        stride = max(1, math.ceil((last - first + 1) / max(1, wanted)))
        return [(10.0**power, _power(power)) for power in range(first, last + 1, stride)]


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in STEPS if step * power >= raw * (1 - 1e-9))


def _power(power: int) -> str:
    if 0 <= power <= 6:
        return f"{10**power:,}"
    return f"{10.0**power:.{-power}f}" if -4 <= power < 0 else minus(f"1e{power}")


def _label(value: float, step: float) -> str:
    if max(abs(value), step) >= 1e9 or step < 1e-4:
        return "0" if value == 0 else minus(f"{value:.3g}")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if step * 10**decimals % 1 > 1e-6:
        decimals += 1
    return minus(f"{value + 0.0:,.{decimals}f}")
