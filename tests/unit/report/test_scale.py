from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.report.scale import Scale

FINITE = st.floats(-1e300, 1e300)


@given(values=st.lists(FINITE, max_size=20), zero=st.booleans(), wanted=st.integers(1, 8))
def test_axes_hold_their_values_and_have_ticks(values, zero, wanted):
    scale = Scale.around(values, zero=zero)
    assert scale.low < scale.high
    for value in values:
        assert -1e-9 <= scale.share(value) <= 1 + 1e-9
    ticks = scale.ticks(wanted)
    assert len(ticks) <= wanted + 2
    assert all(scale.low - scale.span * 1e-6 <= value <= scale.high + scale.span * 1e-6 for value, _ in ticks)


@given(values=st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=20))
def test_logarithmic_axes_hold_their_values(values):
    scale = Scale.fitting(values, ratio=10)
    assert scale.logarithmic == (max(values) / 10 >= min(values))
    assert all(0 <= scale.place(value) <= 1 for value in values)
    assert sorted(values) == sorted(values, key=scale.place)


def test_values_that_cannot_be_drawn_do_not_stretch_an_axis():
    assert Scale.around([1.0, 2.0, math.inf, -math.inf, math.nan, 1e308]) == Scale.around([1.0, 2.0])


def test_ticks_are_round():
    assert [label for _, label in Scale(2.7, 11.2).ticks(5)] == ["4", "6", "8", "10"]
    assert [label for _, label in Scale(0, 0.93).ticks(4)] == ["0.00", "0.25", "0.50", "0.75"]
    assert [label for _, label in Scale(-1.2, 1.2).ticks(3)] == ["\u22121", "0", "1"]
    assert [label for _, label in Scale(0.004, 2000, logarithmic=True).ticks(10)] == ["0.01", "0.1", "1", "10", "100", "1,000"]


def test_generations_are_whole():
    assert [value for value, _ in Scale(0, 3).whole_ticks(6)] == [0, 1, 2, 3]


@pytest.mark.parametrize("value", [-1.0, 0.0])
def test_nothing_at_or_below_zero_has_a_place_on_a_logarithmic_axis(value):
    assert Scale(0.1, 10, logarithmic=True).place(value) == -math.inf
    assert Scale(0.1, 10, logarithmic=True).share(value) == 0
