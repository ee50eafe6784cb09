"""Patterns with what they are worth, and what applying them did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dean_provider.contract.pattern import AppliedPatterns, Pattern, PatternStatus, Support, TraitRange
from dean_provider.report.gains import Gains, Interval, signed
from dean_provider.report.metric import Metric
from dean_provider.report.text import count, number, plural

__all__ = ["Applied", "PatternRow", "PatternTable", "applied", "pattern_table"]

MOST_ROWS = 100
STATUS_WORDS = {
    PatternStatus.ACCEPTED: "accepted",
    PatternStatus.DISCOVERED: "not measured",
    PatternStatus.REFUSED: "refused",
    PatternStatus.QUARANTINED: "in quarantine",
}
STATUS_ORDER = tuple(STATUS_WORDS)


@dataclass(frozen=True)
class PatternRow:
    pattern_id: str
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
    gains = Gains.of(measured, metric)
    low, high = (gains.text(gains.axis.low), gains.text(gains.axis.high)) if measured else ("", "")
    return PatternTable([_row(pattern, gains) for pattern in shown], len(ordered) - len(shown), gains.percent(0), low, high)


def _rank(pattern: Pattern) -> tuple[int, float, str]:
    effect = pattern.effectiveness
    return STATUS_ORDER.index(pattern.status), -effect.mean if effect else float("inf"), pattern.pattern_id


def _row(pattern: Pattern, gains: Gains) -> PatternRow:
    support, effect = pattern.support, pattern.effectiveness
    tone = "good" if pattern.status is PatternStatus.ACCEPTED else "plain"
    return PatternRow(
        pattern_id=pattern.pattern_id,
        description=pattern.description or _ranges(pattern),
        elite=_of(support, elite=True),
        population=_of(support, elite=False),
        q_value=_q_value(support),
        interval=gains.interval(effect) if effect else None,
        effect=gains.text(effect.mean) if effect else "",
        agents=plural(effect.agents, "agent") if effect else "",
        status="measured" if effect and pattern.status is PatternStatus.DISCOVERED else STATUS_WORDS[pattern.status],
        tone=tone,
    )


def _ranges(pattern: Pattern) -> str:
    """A description for services that send none."""
    if pattern.body is None:
        return "(not described)"
    parts = [f"{each.trait}[{each.index}] {_range(each)}" for each in pattern.body.ranges[:3]]
    rest = len(pattern.body.ranges) - 3
    return " and ".join(parts) + (f" and {plural(rest, 'more range')}" if rest > 0 else "")


def _range(allowed: TraitRange) -> str:
    if allowed.values is not None:
        return f"is {' or '.join(number(value) for value in allowed.values[:5])}"
    if allowed.low is None or allowed.high is None:
        return f"is at most {number(allowed.high)}" if allowed.low is None else f"is at least {number(allowed.low)}"
    return f"is from {number(allowed.low)} to {number(allowed.high)}"


def _of(support: Support | None, *, elite: bool) -> str:
    if support is None:
        return ""
    matching, size = (support.elite_matching, support.elite_size) if elite else (support.population_matching, support.population_size)
    return f"{count(matching)} of {count(size)}"


def _q_value(support: Support | None) -> str:
    if support is None:
        return ""
    return "< 0.0001" if support.q_value < 1e-4 else f"{support.q_value:.4f}"


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
            signed(after - before, metric) if after != before else "no change",
            "good" if after > before else "bad" if after < before else "plain",
        )
        for name, before, after in pairs
    ]
    return Applied(plural(outcome.agents, "agent"), plural(len(outcome.pattern_ids), "pattern"), count(outcome.tokens_used), changes)
