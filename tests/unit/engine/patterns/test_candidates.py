from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.pattern import PatternBody, TraitRange
from dean_provider.contract.space import RealTrait, SearchSpace
from dean_provider.engine.patterns import matches
from dean_provider.engine.patterns.candidates import BINS, candidates
from dean_provider.engine.space import SpaceArrays, sample
from dean_provider.engine.streams import stream


def population(space, size, seed):
    """Genomes with values that recur, as inheritance makes them."""
    rng = stream(seed, 0, "test")
    genomes = sample(space, size, rng)
    return np.take_along_axis(genomes, rng.integers(max(1, size // 3), size=genomes.shape), axis=0)


@given(st.from_type(SearchSpace), st.integers(2, 40), st.integers(0, 99))
def test_counts_are_those_of_the_pattern_that_would_be_reported(space, size, seed):
    genomes = population(space, size, seed)
    chosen = stream(seed, 1, "test").random(size) < 0.3
    found = candidates(space, genomes, chosen)
    slices = SpaceArrays.of(space).slices
    for index, gene in enumerate(found.gene):
        trait = next(name for name, part in slices.items() if part.start <= gene < part.stop)
        low, high, value = (float(array[index]) for array in (found.low, found.high, found.value))
        given_range = TraitRange(
            trait=trait,
            index=gene - slices[trait].start,
            low=low if np.isfinite(low) else None,
            high=high if np.isfinite(high) else None,
            values=None if np.isnan(value) else (value,),
        )
        held = matches(space, genomes, PatternBody(ranges=(given_range,)))
        assert held.sum() == found.marked[index]
        assert held[chosen].sum() == found.chosen[index]
        assert 0 < found.marked[index] < size


@given(st.from_type(SearchSpace), st.integers(2, 40), st.integers(0, 99))
def test_fitness_has_no_say_in_which_ranges_are_tested(space, size, seed):
    genomes, rng = population(space, size, seed), stream(seed, 1, "test")
    one, other = (candidates(space, genomes, rng.random(size) < share) for share in (0.1, 0.7))
    for name in ("gene", "low", "high", "value", "marked"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_bins_of_equal_count_and_all_their_runs():
    space = SearchSpace(traits=(RealTrait(name="r", low=0.0, high=1.0),))
    found = candidates(space, sample(space, 1000, stream(0, 0, "test")), np.zeros(1000, dtype=bool))
    assert sorted(found.marked.tolist()) == sorted([250] * 4 + [500] * 3 + [750] * 2)
    assert len(found.gene) == BINS * (BINS + 1) // 2 - 1


def test_a_gene_all_share_is_not_tested():
    space = SearchSpace(traits=(RealTrait(name="r", length=2, low=0.0, high=1.0),))
    genomes = sample(space, 10, stream(0, 0, "test"))
    genomes[:, 0] = 0.5
    assert set(candidates(space, genomes, np.zeros(10, dtype=bool)).gene.tolist()) == {1}
