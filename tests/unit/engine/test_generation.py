from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.pattern import PatternBody, TraitRange
from dean_provider.contract.population import InterventionPolicy, Variation
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.diversity import diversity
from dean_provider.engine.generation import breed, initial
from dean_provider.engine.patterns import matches
from dean_provider.engine.space import validate_genomes

RATES = {"mutation_rate": 0.2, "crossover_rate": 0.6}


@given(st.from_type(SearchSpace), st.integers(1, 12), st.integers(0, 12), st.integers(0, 99), st.data())
def test_elites_first_then_one_child_for_each_pair(space, size, pairs, seed, data):
    before = initial(space, size, seed)
    position = st.integers(0, size - 1)
    elites = data.draw(st.lists(position, max_size=3))
    if pairs + len(elites) == 0:
        pairs = 1
    parents = data.draw(st.lists(st.tuples(position, position), min_size=pairs, max_size=pairs))
    policy = InterventionPolicy(threshold=0.3, rate=0.5, target=0.4)
    bred = breed(space, before.genomes, parents=parents, elites=elites, seed=seed, generation=1, intervention=policy, **RATES)
    validate_genomes(space, bred.genomes)
    assert len(bred.genomes) == len(bred.parents) == len(bred.variations) == len(elites) + pairs
    assert (bred.genomes[: len(elites)] == before.genomes[elites]).all()
    assert bred.parents[: len(elites)] == [[elite] for elite in elites]
    assert bred.variations[: len(elites)] == [Variation.ELITE] * len(elites)
    for lineage, pair in zip(bred.parents[len(elites) :], parents, strict=True):
        assert lineage in ([pair[0]], list(pair))
    assert bred.diversity == diversity(space, bred.genomes)


def test_the_same_call_makes_the_same_generation(mixed_space):
    before = initial(mixed_space, 20, 1).genomes
    parents = [(i, (i + 3) % 20) for i in range(18)]

    def made(seed=1, generation=1):
        return breed(mixed_space, before, parents=parents, elites=[4, 5], seed=seed, generation=generation, **RATES).genomes

    assert (made() == made()).all()
    assert (made(seed=2) != made()).any()
    assert (made(generation=2) != made()).any()
    assert (initial(mixed_space, 20, 1).genomes == before).all()


def test_lineage_says_how_each_child_came_to_be(mixed_space):
    before = initial(mixed_space, 20, 1).genomes
    parents = [(i, i + 1) for i in range(19)] + [(3, 3)]
    bred = breed(mixed_space, before, parents=parents, elites=[], seed=1, generation=1, mutation_rate=0.0, crossover_rate=0.5)
    for child, lineage, variation in zip(bred.genomes, bred.parents, bred.variations, strict=True):
        if variation is Variation.MUTATION:
            assert len(lineage) == 1
            assert (child == before[lineage[0]]).all()
    assert {Variation.CROSSOVER, Variation.MUTATION} == set(bred.variations)
    assert bred.parents[-1] == [3]


def test_injected_agents_are_named(mixed_space):
    before = np.repeat(initial(mixed_space, 1, 1).genomes, 20, axis=0)
    policy = InterventionPolicy(threshold=0.1, rate=0.25, target=0.2)
    bred = breed(
        mixed_space,
        before,
        parents=[(0, 1)] * 18,
        elites=[0, 1],
        seed=1,
        generation=1,
        mutation_rate=0.0,
        crossover_rate=1.0,
        intervention=policy,
    )
    assert bred.intervention is not None
    assert bred.variations.count(Variation.INJECTED) == bred.intervention.agents_mutated == 5
    assert bred.variations[:2] == [Variation.ELITE] * 2


def test_patterns_are_imposed_on_a_share_of_the_first_generation(mixed_space):
    body = PatternBody(ranges=(TraitRange(trait="r", index=2, low=2.5),))
    plain, seeded = initial(mixed_space, 20, 1), initial(mixed_space, 20, 1, [body], 0.25)
    assert seeded.variations == [Variation.IMPOSED] * 5 + [Variation.INITIAL] * 15
    assert matches(mixed_space, seeded.genomes[:5], body).all()
    assert (seeded.genomes[5:] == plain.genomes[5:]).all()
    assert seeded.parents == [[]] * 20


@pytest.mark.parametrize("size", [1, 2])
def test_tiny_populations(mixed_space, size):
    genomes = initial(mixed_space, size, 1).genomes
    bred = breed(mixed_space, genomes, parents=[(0, size - 1)], elites=list(range(size - 1)), seed=1, generation=1, **RATES)
    assert bred.genomes.shape == genomes.shape
