"""Patterns with what they are worth, each interval drawn on one common axis, and what applying them did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dean_provider.contract.pattern import AppliedPatterns, Effectiveness, Pattern, PatternStatus, Support
from dean_provider.report.metric import Metric
from dean_provider.report.scale import Scale
from dean_provider.report.text import count, number, plural, short_id

__all__ = ["Applied", "Interval", "PatternRow", "PatternTable", "applied", "pattern_table"]

MOST_ROWS = 100
STATUS_WORDS = {PatternStatus.ACCEPTED: "accepted", PatternStatus.REFUSED: "refused", PatternStatus.DISCOVERED: "not measured"}
STATUS_ORDER = (PatternStatus.ACCEPTED, PatternStatus.DISCOVERED, PatternStatus.REFUSED)


@dataclass(frozen=True)
class Interval:
    """Ends and mean in percent of the drawing's width."""

    low: float
    high: float
    mean: float
    tone: str
    text: str


@dataclass(frozen=True)
class PatternRow:
    pattern_id: str
    short: str
    description: str
    elite: str
    population: str
    q_value: str
    interval: Interval | None
    effect: str
    agents: str
    status: str
    tone: str


@dataclass(frozen=True)
class PatternTable:
    """``zero`` is where no effect lies, in percent of the drawing's width."""

    rows: Sequence[PatternRow]
    left_out: int
    zero: float
    low: str
    high: str


@dataclass(frozen=True)
class Applied:
    agents: str
    patterns: str
    tokens: str
    changes: Sequence[tuple[str, str, str, str, str]]


def pattern_table(patterns: Sequence[Pattern], metric: Metric) -> PatternTable | None:
    """Accepted ones first, the most effective first; at most a hundred."""
    if not patterns:
        return None
    ordered = sorted(patterns, key=_rank)
    shown = ordered[:MOST_ROWS]
    measured = [pattern.effectiveness for pattern in shown if pattern.effectiveness]
    axis = Scale.around([end for effect in measured for end in (effect.low, effect.high)] + [0.0])
    rows = [_row(pattern, axis, metric) for pattern in shown]
    low, high = (_signed(axis.low, metric), _signed(axis.high, metric)) if measured else ("", "")
    return PatternTable(rows, len(ordered) - len(shown), _percent(axis, 0), low, high)


def _rank(pattern: Pattern) -> tuple[int, float, str]:
    effect = pattern.effectiveness
    return STATUS_ORDER.index(pattern.status), -effect.mean if effect else float("inf"), pattern.pattern_id


def _row(pattern: Pattern, axis: Scale, metric: Metric) -> PatternRow:
    support, effect = pattern.support, pattern.effectiveness
    tone = {PatternStatus.ACCEPTED: "good", PatternStatus.REFUSED: "plain", PatternStatus.DISCOVERED: "plain"}[pattern.status]
    return PatternRow(
        pattern_id=pattern.pattern_id,
        short=short_id(pattern.pattern_id),
        description=pattern.description or _ranges(pattern),
        elite=_of(support, elite=True),
        population=_of(support, elite=False),
        q_value=_q_value(support),
        interval=_interval(effect, axis, metric) if effect else None,
        effect=_signed(effect.mean, metric) if effect else "",
        agents=plural(effect.agents, "agent") if effect else "",
        status="measured" if effect and pattern.status is PatternStatus.DISCOVERED else STATUS_WORDS[pattern.status],
        tone=tone,
    )


def _ranges(pattern: Pattern) -> str:
    """A description for services that send none."""
    if pattern.body is None:
        return "(not described)"
    parts = []
    for each in pattern.body.ranges[:3]:
        gene = f"{each.trait}[{each.index}]"
        if each.values is not None:
            parts.append(f"{gene} is {' or '.join(number(value) for value in each.values[:5])}")
        else:
            parts.append(f"{gene} from {number(each.low)} to {number(each.high)}")
    rest = len(pattern.body.ranges) - 3
    return " and ".join(parts) + (f" and {plural(rest, 'more range')}" if rest > 0 else "")


def _of(support: Support | None, *, elite: bool) -> str:
    if support is None:
        return ""
    matching, size = (support.elite_matching, support.elite_size) if elite else (support.population_matching, support.population_size)
    return f"{count(matching)} of {count(size)}"


def _q_value(support: Support | None) -> str:
    if support is None:
        return ""
    return "< 0.0001" if support.q_value < 1e-4 else f"{support.q_value:.4f}"


def _percent(axis: Scale, value: float) -> float:
    return round(100 * axis.share(value), 1)


def _interval(effect: Effectiveness, axis: Scale, metric: Metric) -> Interval:
    tone = "good" if effect.low > 0 else "bad" if effect.high < 0 else "plain"
    text = f"{_signed(effect.low, metric)} to {_signed(effect.high, metric)}"
    return Interval(_percent(axis, effect.low), _percent(axis, effect.high), _percent(axis, effect.mean), tone, text)


def _signed(value: float, metric: Metric) -> str:
    """A gain of fitness in the metric's unit, always with its sign."""
    shown = metric.text(value)
    return f"+{shown}" if value > 0 else shown


def applied(outcome: AppliedPatterns | None, metric: Metric) -> Applied | None:
    """Mean and best before and after, as the objective's metric."""
    if outcome is None:
        return None
    pairs = (
        ("mean", outcome.mean_fitness_before, outcome.mean_fitness_after),
        ("best", outcome.best_fitness_before, outcome.best_fitness_after),
    )
    changes = [
        (
            name,
            metric.fitness_text(before),
            metric.fitness_text(after),
            _signed(after - before, metric) if after != before else "no change",
            "good" if after > before else "bad" if after < before else "plain",
        )
        for name, before, after in pairs
    ]
    return Applied(plural(outcome.agents, "agent"), plural(len(outcome.pattern_ids), "pattern"), count(outcome.tokens_used), changes)
