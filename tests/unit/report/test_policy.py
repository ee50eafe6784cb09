from __future__ import annotations

from dean_provider.report.policy import policy


def test_the_score_table_of_bin_packing_is_drawn_and_explained(make_data):
    told = policy(make_data())
    (chart,) = told.charts
    assert len(chart.bars) == 151
    assert chart.x_label == "space that would remain in the bin"
    assert chart.readings.heads[150] == "would leave 150"
    assert "highest score" in told.text
    assert told.values == []
    assert told.agent_id == "population:20:0"


def test_short_and_mixed_traits_are_listed(make_data, make_verification):
    traits = {
        "rate": 0.25,
        "kind": "greedy",
        "on": True,
        "few": [1, 2.5],
        "mixed": ["a", 1] * 8,
        "ten": list(range(10)),
        "deep": {"a": [1]},
    }
    told = policy(make_data(verification=make_verification(traits=traits)))
    assert dict(told.values) == {
        "rate": "0.25",
        "kind": "greedy",
        "on": "True",
        "few": "1.00, 2.50",
        "mixed": '["a", 1, "a", 1, "a", 1, "a", 1, "a", 1, "a", 1, "a", 1, "a", 1]',
        "ten": "0, 1.00, 2.00, 3.00, 4.00, 5.00, 6.00, 7.00, 8.00, 9.00",
        "deep": '{"a": [1]}',
    }
    assert len(told.charts) == 1


def test_bounds_hold_for_any_genome(make_data, make_verification):
    traits = {f"t{number}": [float(number % 7)] * 5000 for number in range(300)}
    told = policy(make_data(verification=make_verification(traits=traits)))
    assert len(told.charts) == 12
    assert all(len(chart.bars) <= 402 for chart in told.charts)
    assert len(told.values) == 188
    assert all(len(value) <= 301 for _, value in told.values)
    assert told.left_out == 100


def test_the_lineage_stands_in_for_a_verification(make_data, make_lineage):
    lineage = make_lineage(3)
    lineage = lineage.model_copy(update={"agent": lineage.agent.model_copy(update={"traits": {"x": 1.0}})})
    assert policy(make_data(verification=None, lineage=lineage)).values == [("x", "1.00")]
    assert policy(make_data(verification=None, lineage=None)) is None
