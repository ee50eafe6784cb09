from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.objectives.packing import by_scores, pack
from dean_provider.engine.objectives.simulation import BLOCK, bins_used
from dean_provider.engine.streams import stream


def one_by_one(scores, items, capacity):
    return [[len(pack(row.tolist(), capacity, by_scores(table.tolist()))) for row in items] for table in scores]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 40), st.integers(0, 9999), st.booleans())
def test_agrees_with_the_explicit_packer(capacity, low, width, length, seed, ties):
    low = min(low, capacity)
    high = min(low + width, capacity)
    rng = stream(seed, 0, "test")
    items = rng.integers(low, high + 1, size=(3, length))
    scores = np.floor(rng.random((4, capacity + 1)) * 3) - 1 if ties else rng.normal(size=(4, capacity + 1))
    assert bins_used(scores, items, capacity).tolist() == one_by_one(scores, items, capacity)


@pytest.mark.parametrize("capacity", [253, 254, 255, 256, 1000])
def test_ranks_wider_than_a_byte(capacity):
    rng = stream(capacity, 0, "test")
    items, scores = rng.integers(1, capacity + 1, size=(2, 300)), rng.random((3, capacity + 1))
    assert bins_used(scores, items, capacity).tolist() == one_by_one(scores, items, capacity)


def test_more_policies_than_a_block():
    rng = stream(0, 0, "test")
    items, scores = rng.integers(20, 101, size=(2, 50)), rng.random((2 * BLOCK + 3, 151))
    together = bins_used(scores, items, 150)
    assert together.shape == (2 * BLOCK + 3, 2)
    assert (together == np.concatenate([bins_used(row[None], items, 150) for row in scores])).all()
    assert bins_used(scores[:0], items, 150).shape == (0, 2)


def test_thousands_of_equal_bins_are_counted():
    items = np.full((1, 2000), 6)
    assert bins_used(np.zeros((1, 11)), items, 10).tolist() == [[2000]]
