from __future__ import annotations

import pytest

from dean_provider.report.curves import curves
from dean_provider.report.metric import Metric


def test_fitness_is_shown_as_the_metric_with_the_baselines_on_training_instances(make_data):
    data = make_data(20)
    fitness, diversity, tokens = curves(data, data.generations, Metric.of(data.trial.objective))
    lines = {line.name: line.points for line in fitness.lines}
    assert lines["best"][0] == (0, 6.0)
    assert lines["best"][-1] == (20, 5.0)
    assert [(level.name, level.value) for level in fitness.levels] == [("best fit", 5.2), ("first fit", 5.6)]
    assert "lower is better" in fitness.summary
    assert [level.value for level in diversity.levels] == [0.05]
    assert [dot.x for dot in diversity.dots] == [15]
    assert [level.value for level in tokens.levels] == [6000]
    assert tokens.lines[0].last == "1,260"


def test_without_verification_budget_or_configuration_only_the_curves_remain(make_data, make_trial):
    data = make_data(verification=None, trial=make_trial(20, config=None, token_budget=None))
    assert [list(chart.levels) for chart in curves(data, data.generations, Metric.of(None))] == [[], [], []]


@pytest.mark.parametrize("length", [0, 1])
def test_less_than_two_generations_are_no_curve(make_data, length):
    data = make_data()
    assert curves(data, data.generations[:length], Metric.of(None)) == []


def test_a_few_terrible_values_do_not_flatten_the_others(make_data, make_generation):
    later = [make_generation(number, worst_fitness=-9.1) for number in range(1, 20)]
    generations = [make_generation(0, worst_fitness=-400.0), *later]
    fitness = curves(make_data(), generations, Metric.of(make_data().trial.objective))[0]
    assert fitness.y.high < 20
    assert "400.00" in fitness.note


def test_a_spread_population_is_shown_whole(make_data, make_generation):
    generations = [make_generation(number, worst_fitness=-40.0) for number in range(20)]
    fitness = curves(make_data(), generations, Metric.of(make_data().trial.objective))[0]
    assert fitness.y.high >= 40
    assert fitness.note == ""


def test_many_generations_keep_the_extremes(make_data, make_generation):
    generations = [make_generation(0).model_copy(update={"generation": number, "worst_fitness": -11.0}) for number in range(20_000)]
    generations[7777] = generations[7777].model_copy(update={"diversity": 0.011})
    diversity = curves(make_data(), generations, Metric.of(make_data().trial.objective))[1]
    assert (7777, 0.011) in diversity.lines[0].points
    assert len(diversity.lines[0].points) < 1300
