"""Curves in a line of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.local.sparkline import sparkline

VALUES = st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=300)


@given(VALUES, st.integers(min_value=1, max_value=80))
def test_no_wider_than_wanted_and_no_narrower_than_it_can_be(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) == min(width, len(values))


@given(VALUES)
def test_the_lowest_and_the_highest_are_at_the_ends_of_the_scale(values: list[float]) -> None:
    line = sparkline(values, len(values))
    assert line[values.index(min(values))] == "▁"
    if max(values) > min(values):
        assert line[values.index(max(values))] == "█"


def test_the_newest_is_always_there() -> None:
    assert sparkline([0.0] * 99 + [1.0], 10) == "▁" * 9 + "█"
    assert sparkline([], 10) == ""
