from __future__ import annotations

import pytest

from dean_provider.contract.pattern import PatternBody, TraitRange
from dean_provider.report.metric import Metric
from dean_provider.report.patterns import applied, pattern_table


def metric_of(data) -> Metric:
    return Metric.of(data.trial.objective)


def test_accepted_and_most_effective_first(make_data, make_pattern):
    patterns = [
        make_pattern(1, mean=-0.5),
        make_pattern(2, mean=0.3),
        make_pattern(3, mean=0.9),
        make_pattern(4, effectiveness=None, status="discovered"),
    ]
    table = pattern_table(patterns, metric_of(make_data()))
    assert [row.pattern_id for row in table.rows] == ["pattern-3", "pattern-2", "pattern-4", "pattern-1"]
    assert [row.status for row in table.rows] == ["accepted", "accepted", "not measured", "refused"]


def test_intervals_share_one_axis_with_zero_on_it(make_data, make_pattern):
    table = pattern_table([make_pattern(1, mean=0.5), make_pattern(2, mean=0.3)], metric_of(make_data()))
    wide, narrow = (row.interval for row in table.rows)
    assert 0 < table.zero < narrow.low < narrow.mean < narrow.high < wide.high < 100
    assert wide.mean - narrow.mean == pytest.approx(narrow.high - narrow.low, abs=0.3)
    assert wide.tone == "good"
    assert wide.text == "+0.400\u202f% to +0.600\u202f%"


def test_an_interval_over_zero_is_neither_good_nor_bad(make_data, make_pattern):
    (row,) = pattern_table([make_pattern(1, mean=0.05)], metric_of(make_data())).rows
    assert row.interval.tone == "plain"


def test_support_and_q_value_are_told(make_data, make_pattern):
    (row,) = pattern_table([make_pattern(1)], metric_of(make_data())).rows
    assert (row.elite, row.population, row.q_value) == ("14 of 15", "30 of 60", "0.0040")
    (bare,) = pattern_table([make_pattern(1, support=None, effectiveness=None)], metric_of(make_data())).rows
    assert (bare.elite, bare.population, bare.q_value, bare.effect, bare.interval) == ("", "", "", "", None)


def test_patterns_without_words_are_described_by_their_ranges(make_data, make_pattern):
    ranges = (TraitRange(trait="x", low=1, high=2), TraitRange(trait="c", index=4, values=(0, 2)))
    (row,) = pattern_table([make_pattern(1, description="", body=PatternBody(ranges=ranges * 3))], metric_of(make_data())).rows
    assert row.description == "x[0] is from 1.00 to 2.00 and c[4] is 0 or 2.00 and x[0] is from 1.00 to 2.00 and 3 more ranges"


def test_open_ranges_read_as_such(make_data, make_pattern):
    ranges = (TraitRange(trait="x", low=1), TraitRange(trait="y", high=2))
    (row,) = pattern_table([make_pattern(1, description="", body=PatternBody(ranges=ranges))], metric_of(make_data())).rows
    assert row.description == "x[0] is at least 1.00 and y[0] is at most 2.00"


@pytest.mark.parametrize(("mean", "text"), [(0.012, "+0.012\u202f%"), (50.0, "+50\u202f%"), (5e7, "+50,000,000\u202f%")])
def test_gains_have_the_decimals_that_tell_them_apart(make_data, make_pattern, mean, text):
    effect = {"mean": mean, "low": -mean, "high": 9 * mean, "agents": 60}
    (row,) = pattern_table([make_pattern(1, effectiveness=effect)], metric_of(make_data())).rows
    assert row.effect == text


def test_long_lists_are_cut_and_say_so(make_data, make_pattern):
    table = pattern_table([make_pattern(number) for number in range(130)], metric_of(make_data()))
    assert (len(table.rows), table.left_out) == (100, 30)


def test_what_applying_did_reads_as_the_metric(make_data):
    data = make_data()
    outcome = applied(data.applied, metric_of(data))
    assert outcome.changes == [
        ("mean", "3.40\u202f%", "3.20\u202f%", "+0.20\u202f%", "good"),
        ("best", "2.90\u202f%", "2.90\u202f%", "no change", "plain"),
    ]
    assert applied(None, metric_of(data)) is None
    assert pattern_table([], metric_of(data)) is None


def test_every_status_has_its_word_and_its_place():
    from dean_provider.contract.pattern import PatternStatus
    from dean_provider.report.patterns import STATUS_ORDER, STATUS_WORDS

    assert set(STATUS_WORDS) == set(STATUS_ORDER) == set(PatternStatus)
