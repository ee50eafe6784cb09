"""What came out, first in one sentence, then as a table against the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dean_provider.contract.trial import Generation, Scores, TerminationReason, Trial, TrialStatus, Verification
from dean_provider.report.captions import caption_of
from dean_provider.report.data import ReportData
from dean_provider.report.metric import Metric
from dean_provider.report.text import article, count, duration, percentage, plural, sentence_case, spaced

__all__ = ["Bar", "Bars", "Cell", "Headline", "OutcomeRow", "OutcomeTable", "bars", "ending", "headline", "outcome_table"]

SETS = ("train", "validation", "test")
SET_NAMES = {"train": "Training", "validation": "Validation", "test": "Test"}
SET_TITLES = {"train": "Training", "validation": "Validation", "test": "Test, never seen before"}
ENDINGS = {
    TerminationReason.GENERATIONS: "all generations done",
    TerminationReason.FITNESS_THRESHOLD: "fitness threshold reached",
    TerminationReason.STAGNATION: "no progress any more",
    TerminationReason.TOKEN_BUDGET: "token budget used up",
    TerminationReason.MAX_TIME: "time limit reached",
    TerminationReason.STOPPED: "stopped from outside",
    TerminationReason.ERROR: "error",
}


@dataclass(frozen=True)
class Headline:
    """``text`` for everyone, ending in ``verdict``; ``detail`` what it rests on; ``tone``: good, bad or plain."""

    text: str
    detail: str
    tone: str = "plain"
    verdict: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    best: bool


@dataclass(frozen=True)
class OutcomeRow:
    name: str
    evolved: bool
    cells: Sequence[Cell]


@dataclass(frozen=True)
class OutcomeTable:
    columns: Sequence[tuple[str, str]]
    rows: Sequence[OutcomeRow]
    margins: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bar:
    """One policy's value. ``share`` of the widest bar, from 0 to 1."""

    name: str
    evolved: bool
    share: float
    text: str


@dataclass(frozen=True)
class Bars:
    title: str
    bars: Sequence[Bar]


def ending(trial: Trial) -> str:
    """Why the trial ended, in words; empty while it has not."""
    return ENDINGS[trial.termination_reason] if trial.termination_reason else ""


def headline(data: ReportData, generations: Sequence[Generation], metric: Metric) -> Headline:
    """The outcome in one plain sentence, as strong as what was measured allows and no stronger."""
    verification = data.verification
    if verification is not None:
        on = _strongest_set(verification)
        if on is not None:
            return _compared(data, verification, on, metric)
    return Headline(
        _state(data.trial), _unverified(data, generations, metric), "bad" if data.trial.status is TrialStatus.FAILED else "plain"
    )


def _strongest_set(verification: Verification) -> str | None:
    """Test before validation before train: the set that says most about instances to come."""
    return next((name for name in reversed(SETS) if getattr(verification.scores, name) is not None), None)


def _compared(data: ReportData, verification: Verification, on: str, metric: Metric) -> Headline:
    caption, value = caption_of(data.trial), getattr(verification.scores, on)
    noun = "policy" if _has_unseen(verification) else "solution"
    verb = caption.verb if caption else f"has {article(metric.name)} of"
    evolved = f"The evolved {noun} {verb} {metric.text(value)}{_where(verification, on)}"
    meaning = caption.meaning if caption else f"{sentence_case(metric.reading)}."
    exactly = (
        "Every solution was checked to be valid and its value recomputed exactly." if verification.exact else "Not recomputed exactly."
    )
    rival = _best_baseline(verification.baselines, on, metric)
    if rival is None:
        return Headline(f"{evolved}.", f"{meaning} {exactly}")
    name, other = rival
    tone = "good" if metric.better(value, other) else "bad" if metric.better(other, value) else "plain"
    against = f"{spaced(name)}, the best baseline there, {caption.verb if caption else 'has'} {metric.text(other)}:"
    return Headline(f"{evolved}; {against}", f"{meaning} {exactly}", tone, f"{_difference(value, other, metric)}.")


def _has_unseen(verification: Verification) -> bool:
    """Whether there is anything to generalise to; a mathematical function has no instances but itself."""
    return any(size for name, size in verification.instances.items() if name != "train")


def _where(verification: Verification, on: str) -> str:
    if not _has_unseen(verification):
        return ""
    size = verification.instances.get(on)
    known = {"train": "it was trained on", "validation": "held out for choosing it", "test": "it never saw"}[on]
    return f" on {plural(size, 'instance')} {known}" if size else f" on instances {known}"


def _best_baseline(baselines: Mapping[str, Scores], on: str, metric: Metric) -> tuple[str, float] | None:
    values = {name: getattr(scores, on) for name, scores in sorted(baselines.items()) if getattr(scores, on) is not None}
    if not values:
        return None
    best = metric.best(list(values.values()))
    return next((name, value) for name, value in values.items() if value == best)


def _difference(value: float, other: float, metric: Metric) -> str:
    if value == other:
        return "the same"
    way = "less" if value < other else "more"
    return f"{percentage(abs(value - other) / abs(other))} {way}" if other else f"{metric.text(abs(value - other))} {way}"


def _state(trial: Trial) -> str:
    reached, asked = count(max(0, trial.current_generation)), count(trial.generations)
    why = ending(trial)
    if trial.status is TrialStatus.COMPLETED:
        return f"The trial completed after {plural(max(0, trial.current_generation), 'generation')}{f': {why}' if why else ''}."
    if trial.status is TrialStatus.FAILED:
        return (
            f"The trial failed at generation {reached} of {asked}."
            if trial.current_generation >= 0
            else "The trial failed before its first generation."
        )
    if trial.status is TrialStatus.STOPPED:
        return f"The trial was stopped at generation {reached} of {asked}; it can be resumed from there."
    if trial.status is TrialStatus.PENDING:
        return "The trial has not started yet."
    verb = "is paused" if trial.status is TrialStatus.PAUSED else "is still running"
    return f"The trial {verb} at generation {reached} of {asked}; this report shows what is known so far."


def _unverified(data: ReportData, generations: Sequence[Generation], metric: Metric) -> str:
    if not generations:
        return "No generation was committed, so there is nothing to show."
    best = metric.best([metric.of_fitness(each.best_fitness) for each in generations])
    took = duration(data.trial.elapsed_seconds or generations[-1].elapsed_seconds)
    so_far = "" if data.trial.status.ended else " so far"
    return (
        f"The best {metric.name} on the training instances{so_far} is {metric.text(best)} ({metric.reading}), after {took}. "
        "It was not verified on instances it never saw."
    )


def outcome_table(data: ReportData, metric: Metric) -> OutcomeTable | None:
    """The evolved policy and the baselines on every set that exists; ``None`` when nothing was scored."""
    verification = data.verification
    scores = verification.scores if verification else data.trial.scores
    if scores is None:
        return None
    baselines = dict(sorted(verification.baselines.items())) if verification else {}
    everyone = {"": scores, **baselines}
    sets = [name for name in SETS if any(getattr(each, name) is not None for each in everyone.values())]
    if not sets:
        return None
    sizes = verification.instances if verification else {}
    columns = [(SET_TITLES[name], plural(sizes[name], "instance") if sizes.get(name) else "") for name in sets]
    return OutcomeTable(
        columns, [_row(name, each, everyone, sets, metric) for name, each in everyone.items()], _margins(scores, baselines, sets, metric)
    )


def _row(name: str, scores: Scores, everyone: Mapping[str, Scores], sets: Sequence[str], metric: Metric) -> OutcomeRow:
    cells = []
    for on in sets:
        value = getattr(scores, on)
        rivals = [getattr(each, on) for each in everyone.values() if getattr(each, on) is not None]
        cells.append(Cell(metric.text(value), value is not None and len(rivals) > 1 and value == metric.best(rivals)))
    return OutcomeRow(spaced(name) or "evolved", not name, cells)


def _margins(scores: Scores, baselines: Mapping[str, Scores], sets: Sequence[str], metric: Metric) -> list[tuple[str, str]]:
    """Text and tone of the difference to the best baseline on each set; empty without baselines."""
    if not baselines:
        return []
    margins = []
    for on in sets:
        value, rival = getattr(scores, on), _best_baseline(baselines, on, metric)
        if value is None or rival is None:
            margins.append(("", "plain"))
        else:
            margins.append(
                (
                    _difference(value, rival[1], metric),
                    "good" if metric.better(value, rival[1]) else "bad" if value != rival[1] else "plain",
                )
            )
    return margins


def bars(verification: Verification | None, metric: Metric) -> Bars | None:
    """The evolved policy and the baselines side by side on the strongest set; ``None`` when bars from zero would mislead."""
    on = _strongest_set(verification) if verification else None
    if verification is None or on is None:
        return None
    values = {"": getattr(verification.scores, on), **{name: getattr(each, on) for name, each in sorted(verification.baselines.items())}}
    known = {name: value for name, value in values.items() if value is not None}
    widest = max(known.values(), default=0)
    if len(known) < 2 or min(known.values()) < 0 or widest <= 0:
        return None
    ranked = sorted(known.items(), key=lambda item: (item[1] if metric.minimised else -item[1], item[0]))
    drawn = [Bar(spaced(name) or "evolved", not name, value / widest, metric.text(value)) for name, value in ranked]
    return Bars(f"{SET_NAMES[on]} instances, {'shorter' if metric.minimised else 'longer'} is better", drawn)
