from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.space import BinaryTrait, ChoiceTrait, IntegerTrait, RealTrait, SearchSpace
from dean_provider.engine.diversity import by_trait, diversity
from dean_provider.engine.space import sample
from dean_provider.engine.streams import stream

ONE_OF_EACH = [
    RealTrait(name="t", length=50, low=-1e100, high=1e100),
    RealTrait(name="t", length=50, low=3.0, high=3.5),
    IntegerTrait(name="t", length=50, low=0, high=1),
    IntegerTrait(name="t", length=50, low=-5, high=500),
    BinaryTrait(name="t", length=50),
    ChoiceTrait(name="t", length=50, options=tuple("abcdefg")),
]


@given(st.from_type(SearchSpace), st.integers(1, 30), st.integers(0, 1000))
def test_between_zero_and_one_and_zero_for_clones(space, size, seed):
    genomes = sample(space, size, stream(seed, 0, "test"))
    assert 0.0 <= diversity(space, genomes) <= 1.0
    assert diversity(space, np.repeat(genomes[:1], size, axis=0)) == 0.0


@pytest.mark.parametrize("trait", ONE_OF_EACH, ids=lambda trait: f"{trait.kind}-{getattr(trait, 'high', '')}")
def test_a_random_population_is_as_diverse_in_any_space(trait):
    """What makes a threshold mean the same for every objective."""
    space = SearchSpace(traits=(trait,))
    assert diversity(space, sample(space, 400, stream(0, 0, "test"))) == pytest.approx(0.99, abs=0.02)


@given(st.from_type(SearchSpace), st.integers(2, 20), st.randoms())
def test_order_of_agents_does_not_matter(space, size, random):
    genomes = sample(space, size, stream(0, 0, "test"))
    order = random.sample(range(size), size)
    assert diversity(space, genomes[order]) == diversity(space, genomes)


def test_is_the_mean_difference_of_pairs():
    space = SearchSpace(traits=(RealTrait(name="r", low=0.0, high=10.0), BinaryTrait(name="b")))
    genomes = np.array([[1.0, 0.0], [2.0, 1.0], [4.0, 0.0], [4.0, 0.0]])
    pairs = list(itertools.combinations(genomes, 2))
    real = np.mean([abs(a[0] - b[0]) for a, b in pairs]) / 10.0 * 3.0
    binary = np.mean([a[1] != b[1] for a, b in pairs]) * 2.0
    assert by_trait(space, genomes) == pytest.approx({"r": real, "b": binary})
    assert diversity(space, genomes) == pytest.approx((real + binary) / 2)


def test_falls_as_a_population_converges(mixed_space):
    genomes = sample(mixed_space, 60, stream(0, 0, "test"))
    found = []
    for clones in (0, 20, 40, 60):
        genomes[:clones] = genomes[0]
        found.append(diversity(mixed_space, genomes))
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0.0
