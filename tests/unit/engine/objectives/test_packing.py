from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.objectives.packing import best_fit, by_scores, check, excess, first_fit, lower_bound, pack
from dean_provider.errors import EvaluationError

CAPACITY = 20
ITEMS = st.lists(st.integers(1, CAPACITY), min_size=1, max_size=60)
SCORES = st.lists(st.integers(0, 3).map(float), min_size=CAPACITY + 1, max_size=CAPACITY + 1)


@given(ITEMS, SCORES)
def test_any_policy_packs_validly(items, scores):
    for policy in (first_fit, best_fit, by_scores(scores)):
        bins = pack(items, CAPACITY, policy)
        check(bins, items, CAPACITY)
        assert lower_bound(items, CAPACITY) <= len(bins) <= len(items)


@given(ITEMS)
def test_scoring_the_least_space_highest_is_best_fit(items):
    assert pack(items, CAPACITY, by_scores([-float(space) for space in range(CAPACITY + 1)])) == pack(items, CAPACITY, best_fit)


def test_by_hand():
    items = [6, 7, 3, 5, 4]
    assert pack(items, 10, first_fit) == [[0, 2], [1], [3, 4]]
    assert pack(items, 10, best_fit) == [[0, 4], [1, 2], [3]]
    always_new = [float(space) for space in range(11)]
    assert pack(items, 10, by_scores(always_new)) == [[0], [1], [2], [3], [4]]


def test_ties_go_to_the_fuller_bin():
    assert pack([6, 7, 3], 10, by_scores([0.0] * 11)) == [[0], [1, 2]]


@pytest.mark.parametrize("bins", [[[0, 1]], [[0], [1]], [[0], [1], [1, 2]], [[0], [1], [2], []], [[0], [1], [2], [3]]])
def test_what_is_no_packing_is_refused(bins):
    with pytest.raises(EvaluationError, match="invalid"):
        check(bins, [6, 7, 3], 10)


def test_excess_in_percent():
    assert excess(first_fit, [[6, 6, 6]], 10) == 50.0
    assert excess(first_fit, [[6, 6, 6], [5, 5]], 10) == 25.0
