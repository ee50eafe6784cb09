from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.report.thinning import kept, spread


@given(
    rows=st.lists(st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)), min_size=1, max_size=400), buckets=st.integers(1, 30)
)
def test_keeps_ends_and_every_extreme_within_the_bound(rows, buckets):
    series = [list(column) for column in zip(*rows, strict=True)]
    positions = kept(len(rows), series, buckets)
    assert positions == sorted(set(positions))
    assert (positions[0], positions[-1]) == (0, len(rows) - 1)
    assert len(positions) <= 2 * len(series) * buckets + 2
    for column in series:
        assert {min(column), max(column)} <= {column[position] for position in positions}


def test_short_series_stay_whole():
    assert kept(61, [list(range(61))], 150) == list(range(61))


@given(length=st.integers(0, 10_000), limit=st.integers(2, 100))
def test_spread_has_both_ends_and_is_even(length, limit):
    positions = spread(length, limit)
    assert len(positions) == min(length, limit)
    if length:
        assert (positions[0], positions[-1]) == (0, length - 1)
    gaps = {after - before for before, after in itertools.pairwise(positions)}
    assert not gaps or max(gaps) - min(gaps) <= 1
