from __future__ import annotations

import numpy as np
import pytest

from dean_provider.engine.patterns import effectiveness
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError


@pytest.mark.parametrize("size", [2, 30, 500])
def test_is_students_interval(size):
    deltas = stream(size, 0, "test").normal(0.3, 1.0, size)
    from scipy.stats import ttest_1samp

    found, expected = effectiveness(deltas), ttest_1samp(deltas, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.mean == pytest.approx(deltas.mean())
    assert found.agents == size


def test_covers_the_truth_as_often_as_it_says():
    found = [effectiveness(stream(seed, 0, "test").normal(1.0, 2.0, 30)) for seed in range(1000)]
    assert np.mean([one.low <= 1.0 <= one.high for one in found]) == pytest.approx(0.95, abs=0.02)


def test_equal_differences_have_no_width():
    found = effectiveness([0.25] * 30)
    assert found.low == found.mean == found.high == 0.25


@pytest.mark.parametrize("deltas", [[], [1.0], [[1.0, 2.0]]])
def test_needs_two_differences(deltas):
    with pytest.raises(InvalidConfigurationError):
        effectiveness(deltas)
