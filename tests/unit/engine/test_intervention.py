from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.population import InterventionPolicy
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.diversity import diversity
from dean_provider.engine.intervention import intervene
from dean_provider.engine.space import sample, validate_genomes
from dean_provider.engine.streams import stream


def clones(space, size):
    return np.repeat(sample(space, 1, stream(0, 0, "test")), size, axis=0)


@given(
    st.from_type(SearchSpace),
    st.integers(1, 25),
    st.integers(0, 5),
    st.floats(0, 1),
    st.floats(0.01, 0.5),
    st.floats(0.5, 1),
    st.integers(0, 99),
)
def test_elites_are_spared_and_no_more_than_the_share_is_touched(space, size, spared, rate, threshold, target, seed):
    spared = min(spared, size)
    genomes = clones(space, size)
    policy = InterventionPolicy(threshold=threshold, rate=rate, target=target)
    changed, chosen, fact = intervene(space, genomes, spared=spared, policy=policy, rng=stream(seed, 1, "test"))
    touched = np.flatnonzero((changed != genomes).any(axis=1))
    validate_genomes(space, changed)
    assert set(touched) <= set(chosen.tolist())
    assert all(position >= spared for position in chosen)
    assert len(chosen) == (np.ceil(rate * (size - spared)) if fact else 0)
    if fact:
        assert fact.agents_mutated == len(chosen)
        assert fact.diversity_after == diversity(space, changed)


def test_stops_at_the_target(mixed_space):
    policy = InterventionPolicy(threshold=0.2, rate=1.0, target=0.25)
    changed, _, fact = intervene(mixed_space, clones(mixed_space, 60), spared=2, policy=policy, rng=stream(0, 1, "test"))
    assert fact is not None
    assert fact.diversity_before == 0.0
    assert 0.25 <= fact.diversity_after < 0.6
    assert diversity(mixed_space, changed) == fact.diversity_after


def test_a_target_out_of_reach_ends_all_the_same(mixed_space):
    policy = InterventionPolicy(threshold=0.5, rate=0.05, target=1.0)
    _, chosen, fact = intervene(mixed_space, clones(mixed_space, 40), spared=0, policy=policy, rng=stream(0, 1, "test"))
    assert len(chosen) == 2
    assert fact is not None
    assert 0 < fact.diversity_after < 0.5


def test_a_diverse_population_is_left_alone(mixed_space):
    genomes = sample(mixed_space, 60, stream(0, 0, "test"))
    policy = InterventionPolicy(threshold=0.5, rate=1.0, target=1.0)
    changed, chosen, fact = intervene(mixed_space, genomes, spared=0, policy=policy, rng=stream(0, 1, "test"))
    assert fact is None
    assert len(chosen) == 0
    assert changed is genomes
