"""The trial over its generations: fitness against the baselines, diversity with interventions, tokens against the budget."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dean_provider.contract.trial import Generation, Verification
from dean_provider.report.chart import Chart, Dot, Level, Line, Readings
from dean_provider.report.data import ReportData
from dean_provider.report.incidents import changed
from dean_provider.report.metric import Metric
from dean_provider.report.scale import Scale
from dean_provider.report.text import clipped, count, plural, proportion, spaced
from dean_provider.report.thinning import kept, spread

__all__ = ["curves"]

BUCKETS = 150
WORST_STRETCH = 1.4
FEW = 0.25
LONGEST_NAME = 28
MOST_DOTS = 200
GENERATION = "generation"


def curves(data: ReportData, generations: Sequence[Generation], metric: Metric) -> list[Chart]:
    """The three charts; none before two generations have been committed, for a single point is no curve.

    :param generations: in order.
    """
    if len(generations) < 2:
        return []
    columns = [[getattr(each, name) for each in generations] for name in ("best_fitness", "mean_fitness", "worst_fitness", "diversity")]
    shown = [generations[position] for position in kept(len(generations), columns, BUCKETS)]
    x = Scale(float(shown[0].generation), float(shown[-1].generation))
    return [
        _fitness(shown, x, metric, data.verification),
        _diversity(data, shown, [each for each in generations if each.intervention], x),
        _tokens(data, shown, x),
    ]


def _fitness(shown: Sequence[Generation], x: Scale, metric: Metric, verification: Verification | None) -> Chart:
    series = {name: [metric.of_fitness(getattr(each, f"{name}_fitness")) for each in shown] for name in ("worst", "mean", "best")}
    levels = [
        Level(clipped(spaced(name), LONGEST_NAME), f"baseline-{index % 3}", scores.train, metric.text(scores.train))
        for index, (name, scores) in enumerate(sorted(verification.baselines.items() if verification else ()))
        if scores.train is not None
    ]
    y, note = _axis(series, levels, metric)
    first, last = series["best"][0], series["best"][-1]
    return Chart(
        key="fitness",
        title=f"{metric.name} by generation",
        summary=f"Best, mean and worst {metric.name} of each generation on the training instances, {metric.reading}. "
        f"The best went from {metric.text(first)} to {metric.text(last)}.",
        x=x,
        y=y,
        note=note,
        x_label=GENERATION,
        height=280,
        unit=metric.unit,
        lines=[Line(name, name, _points(shown, values), metric.text(values[-1])) for name, values in series.items()],
        levels=levels,
        readings=_readings(shown, [(name, name, [metric.text(value) for value in series[name]]) for name in ("best", "mean", "worst")]),
    )


def _axis(series: Mapping[str, Sequence[float]], levels: Sequence[Level], metric: Metric) -> tuple[Scale, str]:
    """An axis on which the best and the mean can be read, even where a few of the worst lie far beyond; and a remark on those."""
    readable = [*series["best"], *series["mean"], *(level.value for level in levels)]
    whole, core = Scale.fitting([*readable, *series["worst"]]), Scale.around(readable)
    beyond = sum(not 0 <= core.place(value) <= 1 for value in series["worst"])
    if whole.logarithmic or whole.span <= WORST_STRETCH * core.span or beyond > FEW * len(series["worst"]):
        return whole, ""
    furthest = max(series["worst"], key=lambda value: 0.0 if math.isnan(value) else abs(core.place(value)))
    return core, f"Where the worst leaves the drawing, it reaches {metric.text(furthest)}."


def _diversity(data: ReportData, shown: Sequence[Generation], intervened: Sequence[Generation], x: Scale) -> Chart:
    values = [each.diversity for each in shown]
    threshold = data.trial.config.diversity_threshold if data.trial.config else 0
    levels = [Level("threshold", "threshold", threshold, proportion(threshold), left=True)] if threshold else []
    marked = [intervened[position] for position in spread(len(intervened), MOST_DOTS)]
    return Chart(
        key="diversity",
        title="Diversity",
        summary=f"Diversity went from {proportion(values[0])} to {proportion(values[-1])}, with {plural(len(intervened), 'intervention')}.",
        x=x,
        y=Scale.around([*values, *(level.value for level in levels)], zero=True),
        x_label=GENERATION,
        height=140,
        lines=[Line("diversity", "diversity", _points(shown, values), proportion(values[-1]))],
        levels=levels,
        dots=[
            Dot(each.generation, each.diversity, "intervention", f"Generation {count(each.generation)}: {changed(each.intervention)}")
            for each in marked
            if each.intervention
        ],
        legend=[("intervention", "mutations injected", plural(len(intervened), "time"))] if intervened else [],
        readings=_readings(shown, [("diversity", "diversity", [proportion(value) for value in values])]),
    )


def _tokens(data: ReportData, shown: Sequence[Generation], x: Scale) -> Chart:
    values = [float(each.tokens_used) for each in shown]
    budget = data.trial.token_budget
    levels = [Level("budget", "threshold", float(budget), count(budget), left=True)] if budget else []
    return Chart(
        key="tokens",
        title="Tokens used",
        summary=f"{count(shown[-1].tokens_used)} tokens used" + (f" of {count(budget)}." if budget else ", without a bound."),
        x=x,
        y=Scale.around([*values, *(level.value for level in levels)], zero=True),
        x_label=GENERATION,
        height=140,
        lines=[Line("tokens", "tokens", _points(shown, values), count(shown[-1].tokens_used))],
        levels=levels,
        readings=_readings(shown, [("tokens", "tokens", [count(each.tokens_used) for each in shown])]),
    )


def _points(shown: Sequence[Generation], values: Sequence[float]) -> list[tuple[float, float]]:
    return [(float(each.generation), value) for each, value in zip(shown, values, strict=True)]


def _readings(shown: Sequence[Generation], rows: Sequence[tuple[str, str, Sequence[str]]]) -> Readings:
    return Readings([float(each.generation) for each in shown], [f"generation {count(each.generation)}" for each in shown], rows)
