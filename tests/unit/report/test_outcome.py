from __future__ import annotations

import pytest

from dean_provider.contract.trial import Scores
from dean_provider.report.metric import Metric
from dean_provider.report.outcome import bars, headline, outcome_table


def said(data) -> str:
    result = headline(data, data.generations, Metric.of(data.trial.objective))
    return f"{result.text} {result.verdict}".strip().replace("\u202f", " ")


def test_the_best_baseline_is_the_one_to_beat(make_data):
    assert said(make_data()) == (
        "The evolved policy wastes 3.20 % on 20 instances it never saw; best fit, the best baseline there, wastes 5.40 %: 41 % less."
    )


def test_a_defeat_is_told(make_data, make_verification):
    data = make_data(verification=make_verification(scores=Scores(train=2.9, validation=3.1, test=6.0)))
    assert said(data).endswith("wastes 5.40 %: 11 % more.")
    assert headline(data, data.generations, Metric.of(data.trial.objective)).tone == "bad"


def test_a_tie_is_neither(make_data, make_verification):
    data = make_data(verification=make_verification(scores=Scores(test=5.4)))
    assert said(data).endswith(": the same.")
    assert headline(data, data.generations, Metric.of(data.trial.objective)).tone == "plain"


def test_other_objectives_are_told_by_their_own_words(make_data, make_trial, make_verification):
    objective = make_trial(1).objective.model_copy(update={"name": "routing", "metric": "income", "unit": "", "direction": "maximize"})
    scores = Scores(test=300)
    verification = make_verification(scores=scores, baselines={"greedy": Scores(test=0.0)})
    data = make_data(trial=make_trial(20, objective=objective), verification=verification)
    assert said(data) == (
        "The evolved policy has an income of 300.00 on 20 instances it never saw; greedy, the best baseline there, has 0: 300.00 more."
    )
    assert headline(data, data.generations, Metric.of(objective)).tone == "good"


def test_without_test_instances_nothing_unseen_is_claimed(make_data, make_verification):
    data = make_data(verification=make_verification(scores=Scores(train=2.9, validation=3.1), instances={"train": 12, "validation": 8}))
    assert "on 8 instances held out for choosing it;" in said(data)
    functions = make_data(verification=make_verification(scores=Scores(train=2.9), instances={"train": 1}, baselines={}))
    assert said(functions) == "The evolved solution wastes 2.90 %."


@pytest.mark.parametrize(
    ("status", "generation", "words"),
    [
        ("pending", -1, "has not started yet"),
        ("running", 7, "is still running at generation 7 of 60"),
        ("paused", 7, "is paused at generation 7 of 60"),
        ("stopped", 7, "was stopped at generation 7 of 60; it can be resumed"),
        ("failed", 7, "failed at generation 7 of 60"),
        ("failed", -1, "failed before its first generation"),
        ("completed", 60, "completed after 60 generations: all generations done"),
    ],
)
def test_unverified_trials_say_where_they_stand(make_data, make_trial, status, generation, words):
    data = make_data(7, trial=make_trial(60, status=status, current_generation=generation), verification=None)
    result = headline(data, data.generations, Metric.of(data.trial.objective))
    assert words in result.text
    assert "not verified" in result.detail
    assert ("so far" in result.detail) == (status in ("pending", "running", "paused"))


def test_table_has_a_column_for_each_set_that_exists(make_data, make_verification):
    metric = Metric.of(make_data().trial.objective)
    table = outcome_table(make_data(), metric)
    assert [title for title, _ in table.columns] == ["Training", "Validation", "Test, never seen before"]
    assert [size for _, size in table.columns] == ["12 instances", "8 instances", "20 instances"]
    assert [row.name for row in table.rows] == ["evolved", "best fit", "first fit"]
    assert [[cell.best for cell in row.cells] for row in table.rows] == [[True] * 3, [False] * 3, [False] * 3]
    assert [tone for _, tone in table.margins] == ["good"] * 3
    only_train = make_data(verification=make_verification(scores=Scores(train=1.0), baselines={}))
    assert [title for title, _ in outcome_table(only_train, metric).columns] == ["Training"]
    assert outcome_table(only_train, metric).margins == []


def test_scores_of_the_trial_stand_in_for_a_verification(make_data, make_trial):
    data = make_data(trial=make_trial(20, scores=Scores(train=2.9, validation=3.1)), verification=None)
    assert [cell.text for cell in outcome_table(data, Metric.of(data.trial.objective)).rows[0].cells] == ["2.90\u202f%", "3.10\u202f%"]
    assert outcome_table(make_data(verification=None), Metric.of(None)) is None


def test_bars_only_where_length_from_zero_is_honest(make_verification, make_data):
    metric = Metric.of(make_data().trial.objective)
    drawn = bars(make_verification(), metric)
    assert [bar.name for bar in drawn.bars] == ["evolved", "best fit", "first fit"]
    assert [round(bar.share, 3) for bar in drawn.bars] == [0.561, 0.947, 1.0]
    assert bars(None, metric) is None
    assert bars(make_verification(baselines={}), metric) is None
    assert bars(make_verification(scores=Scores(test=-1.0)), metric) is None
