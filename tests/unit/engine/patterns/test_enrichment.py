from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.patterns.enrichment import adjusted, tail


@st.composite
def tables(draw):
    population = draw(st.integers(2, 3000))
    elite, marked = draw(st.integers(1, population)), draw(st.integers(0, population))
    matching = draw(st.integers(max(0, elite + marked - population), min(elite, marked)))
    return matching, elite, marked, population


@given(tables())
def test_tail_is_fishers_exact_test(table):
    matching, elite, marked, population = table
    from scipy.stats import hypergeom

    expected = hypergeom.sf(matching - 1, population, marked, elite)
    assert tail(np.array([matching]), elite, np.array([marked]), population)[0] == pytest.approx(expected, rel=1e-8, abs=1e-280)


def test_many_at_once_as_one_by_one():
    matching, marked = np.arange(9000) % 20, np.full(9000, 50)
    together = tail(matching, 25, marked, 100)
    assert together[:20] == pytest.approx([tail(matching[i : i + 1], 25, marked[:1], 100)[0] for i in range(20)])
    assert (together[:20] == together[-1000:-980]).all()


def test_memory_stays_bounded_with_many_agents():
    """10,000 fittest of 40,000 agents: ten thousand terms for each of thousands of tests."""
    random = np.random.default_rng(1)
    marked = random.integers(5_000, 20_000, 3000)
    matching = np.minimum(marked // 4 + random.integers(0, 200, 3000), 10_000)
    tracemalloc.start()
    p_values = tail(matching, 10_000, marked, 40_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6
    from scipy.stats import hypergeom

    expected = hypergeom.sf(matching[:3] - 1, 40_000, marked[:3], 10_000)
    assert p_values[:3] == pytest.approx(expected, rel=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_adjusted_is_benjamini_hochberg(p_values):
    from scipy.stats import false_discovery_control

    np.testing.assert_allclose(adjusted(np.array(p_values)), false_discovery_control(p_values, method="bh"), rtol=1e-12)
