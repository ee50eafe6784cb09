from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.config import SelectionMethod, TrialConfig
from dean_provider.engine.selection import PRESSURE, choose_parents, elites, select
from dean_provider.engine.streams import stream

FITNESS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40)


def drawn(fitness, method, pairs=20_000, tournament_size=3):
    parents = choose_parents(np.array(fitness), pairs, method=method, tournament_size=tournament_size, rng=stream(0, 0, "test"))
    return np.bincount(parents.ravel(), minlength=len(fitness)) / (2 * pairs)


@given(FITNESS, st.sampled_from(SelectionMethod), st.integers(0, 20), st.integers(2, 5))
def test_any_finite_fitness_gives_valid_parents(fitness, method, pairs, tournament_size):
    parents = choose_parents(np.array(fitness), pairs, method=method, tournament_size=tournament_size, rng=stream(1, 1, "test"))
    assert parents.shape == (pairs, 2)
    assert ((parents >= 0) & (parents < len(fitness))).all()


@pytest.mark.parametrize("method", [SelectionMethod.TOURNAMENT, SelectionMethod.ROULETTE, SelectionMethod.RANK])
@pytest.mark.parametrize("value", [0.0, -7.0, 1e308, -1e308])
def test_equal_fitness_means_equal_chances(method, value):
    assert drawn([value] * 5, method) == pytest.approx([0.2] * 5, abs=0.01)


@pytest.mark.parametrize("method", list(SelectionMethod))
@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e307])
def test_fitter_means_more_children(method, scale):
    shares = drawn(np.array([-3.0, 1.0, -8.0, 5.0, 0.0, 2.0]) * scale, method)
    order = np.argsort([-3.0, 1.0, -8.0, 5.0, 0.0, 2.0])
    assert (np.diff(shares[order]) >= -0.01).all()
    assert shares[3] > shares[2]


def test_tournament_follows_its_size():
    """The fittest of n wins unless it is in none of the k places."""
    for size in (2, 3, 7):
        assert drawn(range(10), SelectionMethod.TOURNAMENT, tournament_size=size)[-1] == pytest.approx(1 - 0.9**size, abs=0.01)


def test_roulette_is_proportional_to_fitness_above_the_worst():
    assert drawn([-1.0, 0.0, 1.0, 3.0], SelectionMethod.ROULETTE) == pytest.approx([0.0, 1 / 7, 2 / 7, 4 / 7], abs=0.01)
    assert drawn([-1.0, 0.0, 1.0, 3.0], SelectionMethod.ROULETTE)[0] == 0.0


def test_rank_knows_only_the_order():
    linear = np.linspace(2 - PRESSURE, PRESSURE, 4) / 4
    assert drawn([1.0, 2.0, 3.0, 1e300], SelectionMethod.RANK) == pytest.approx(linear, abs=0.01)
    tied = drawn([1.0, 2.0, 2.0, 3.0], SelectionMethod.RANK)
    assert tied[1] == pytest.approx(tied[2], abs=0.01)


def test_elitist_takes_the_fittest_half_alike():
    assert drawn([5.0, 1.0, 4.0, 0.0, 3.0], SelectionMethod.ELITIST) == pytest.approx([1 / 3, 0, 1 / 3, 0, 1 / 3], abs=0.01)


@given(FITNESS, st.integers(0, 45))
def test_elites_are_the_best_first(fitness, size):
    found = elites(np.array(fitness), size)
    assert found == sorted(range(len(fitness)), key=lambda i: (-fitness[i], i))[:size]


def test_a_generation_is_keyed_by_seed_and_number():
    config, fitness = TrialConfig(population_size=20, elite_size=3), np.arange(20.0)
    best, parents = select(config, fitness, seed=5, generation=7)
    assert best == [19, 18, 17]
    assert parents.shape == (17, 2)
    assert (select(config, fitness, seed=5, generation=7)[1] == parents).all()
    assert (select(config, fitness, seed=5, generation=8)[1] != parents).any()
    assert (select(config, fitness, seed=6, generation=7)[1] != parents).any()
