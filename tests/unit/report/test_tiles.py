from __future__ import annotations

from dean_provider.report.data import ReportData
from dean_provider.report.metric import Metric
from dean_provider.report.tiles import tiles


def test_figures_of_a_complete_trial(make_data):
    data = make_data(20)
    assert {label: (value, remark) for label, value, remark in tiles(data, data.generations, Metric.of(data.trial.objective))} == {
        "Best in training": ("5.00\u202f%", "6.00\u202f% at the start"),
        "Diversity at the end": ("0.30", "threshold 0.05"),
        "Generations": ("20 of 20", "60 agents each"),
        "Tokens used": ("1,260", "21\u202f% of 6,000"),
        "Patterns accepted": ("1 of 3", "interval above zero"),
        "Took": ("1 min 12 s", "pauses excluded"),
    }


def test_nothing_known_nothing_shown(make_trial):
    trial = make_trial(20, current_generation=-1, tokens_used=0, elapsed_seconds=0, config=None)
    assert tiles(ReportData(trial=trial), [], Metric.of(None)) == []
