"""What a rule sees: a value for each set of labels, from the figures that everybody sees. Pure; the clock is passed in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dean_provider.monitoring.alerts.rule import Divisor, Rule, Take, Where
from dean_provider.monitoring.history import History, Series

__all__ = ["Group", "see"]

Group = tuple[tuple[str, str], ...]
"""Labels that tell an incident apart from others of its rule, in the order of the rule."""

Point = tuple[float, float]
_LONGEST_LABEL = 250


def see(rule: Rule, figures: History, now: datetime) -> dict[Group, float]:
    """The value of each group that has one now."""
    looker = _Looker(rule, figures, now)
    seen = looker.grouped(rule.metric, rule.where, rule.take)
    if rule.divided_by is not None:
        seen = looker.divided(seen, rule.divided_by)
    if rule.unless is not None:
        excused = {group for group, value in looker.grouped(rule.unless, {}, "last").items() if value != 0}
        seen = {group: value for group, value in seen.items() if group not in excused}
    return seen


@dataclass(frozen=True)
class _Looker:
    rule: Rule
    figures: History
    now: datetime

    def grouped(self, metric: str, where: Where, take: Take) -> dict[Group, float]:
        rule = self.rule
        combine = sum if rule.combine == "sum" else max if rule.upward else min
        found: dict[Group, list[float]] = {}
        for line in self.figures.select(metric, live=True, unlisted=True):
            labels = {"service": line.service, **dict(line.labels)}
            fits = all(labels.get(name) in values for name, values in where.items())
            value = self._taken(line, take) if fits else None
            if value is not None:
                found.setdefault(tuple((name, _plain(labels.get(name, ""))) for name in rule.by), []).append(value)
        combined = {group: combine(values) for group, values in found.items()}
        return {group: value for group, value in combined.items() if math.isfinite(value)}

    def divided(self, seen: Mapping[Group, float], divisor: Divisor) -> dict[Group, float]:
        """Shares. Nothing counted is a share of 0; a figure that is not told is no figure."""
        counted = self.rule.take in ("increase", "rate")
        below = self.grouped(divisor.metric, divisor.where, self.rule.take)
        enough = {group: value for group, value in below.items() if value > 0 and value >= divisor.at_least}
        return {group: seen.get(group, 0.0) / value for group, value in enough.items() if counted or group in seen}

    def _taken(self, line: Series, take: Take) -> float | None:
        if take == "last":
            return self.figures.value(line, self.now)
        over = self.rule.over
        points = self.figures.points(line, self.now - timedelta(seconds=over), self.now)
        if take in ("increase", "rate"):
            grown = _increase(points)
            return None if grown is None else grown / over if take == "rate" else grown
        return _OVER_TIME[take](value for _, value in points) if points else None


def _plain(value: str) -> str:
    """A label's value as an incident can keep it, whatever a service told."""
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:_LONGEST_LABEL]


def _increase(points: Sequence[Point]) -> float | None:
    """How much a counter grew: what it fell by is a restart from 0."""
    if len(points) < 2:
        return None
    return sum(after - before if after >= before else after for (_, before), (_, after) in pairwise(points))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)


_OVER_TIME: Mapping[str, Callable[[Iterable[float]], float]] = {"average": _mean, "minimum": min, "maximum": max}
