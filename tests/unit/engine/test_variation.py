from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.space import BinaryTrait, ChoiceTrait, IntegerTrait, RealTrait, SearchSpace
from dean_provider.engine.space import SpaceArrays, sample, validate_genomes
from dean_provider.engine.streams import stream
from dean_provider.engine.variation import mutate, recombine, reset

RATE = st.floats(0, 1)


@given(st.from_type(SearchSpace), st.integers(1, 20), RATE, RATE, st.integers(0, 1000))
def test_offspring_stay_in_the_space(space, size, crossover, mutation, seed):
    rng, arrays = stream(seed, 0, "test"), SpaceArrays.of(space)
    first, second = sample(space, size, rng), sample(space, size, rng)
    children, _ = recombine(arrays, first, second, crossover, rng)
    validate_genomes(space, children)
    validate_genomes(space, mutate(arrays, children, mutation, rng))
    validate_genomes(space, reset(arrays, children, mutation, rng))


@given(st.from_type(SearchSpace), st.integers(0, 1000))
def test_parents_and_global_randomness_are_left_alone(space, seed):
    rng, arrays = stream(seed, 0, "test"), SpaceArrays.of(space)
    first, second = sample(space, 5, rng), sample(space, 5, rng)
    before, state = first.copy(), np.random.get_state()[1].copy()  # noqa: NPY002  the state that must not move
    mutate(arrays, recombine(arrays, first, second, 1.0, rng)[0], 1.0, rng)
    assert (first == before).all()
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


def test_no_rate_no_change(mixed_space):
    rng, arrays = stream(0, 0, "test"), SpaceArrays.of(mixed_space)
    first, second = sample(mixed_space, 30, rng), sample(mixed_space, 30, rng)
    children, recombined = recombine(arrays, first, second, 0.0, rng)
    assert not recombined.any()
    assert (children == first).all()
    assert (mutate(arrays, first, 0.0, rng) == first).all()


def test_children_of_twins_are_their_twins(mixed_space):
    rng, arrays = stream(0, 0, "test"), SpaceArrays.of(mixed_space)
    twins = sample(mixed_space, 30, rng)
    assert (recombine(arrays, twins, twins.copy(), 1.0, rng)[0] == twins).all()


def test_categories_come_from_a_parent_half_from_each(mixed_space):
    rng, arrays = stream(0, 0, "test"), SpaceArrays.of(mixed_space)
    first, second = sample(mixed_space, 3000, rng), sample(mixed_space, 3000, rng)
    genes = arrays.category
    children = recombine(arrays, first, second, 1.0, rng)[0][:, genes]
    differ = first[:, genes] != second[:, genes]
    from_second = children[differ] == second[:, genes][differ]
    assert ((children == first[:, genes]) | (children == second[:, genes])).all()
    assert abs(from_second.mean() - 0.5) < 0.03


def test_rates_are_what_they_say():
    space = SearchSpace(
        traits=(
            RealTrait(name="r", low=0.0, high=1.0),
            IntegerTrait(name="i", low=0, high=9),
            BinaryTrait(name="b"),
            ChoiceTrait(name="c", options=tuple("abcd")),
        )
    )
    rng, arrays = stream(0, 0, "test"), SpaceArrays.of(space)
    genomes = sample(space, 20_000, rng)
    changed = (mutate(arrays, genomes, 0.2, rng) != genomes).mean(axis=0)
    assert np.abs(changed[[0, 2, 3]] - 0.2).max() < 0.015
    # An integer at a bound may be asked to step over it.
    assert 0.17 < changed[1] < 0.215
    recombined = recombine(arrays, genomes, sample(space, 20_000, rng), 0.7, rng)[1]
    assert abs(recombined.mean() - 0.7) < 0.015


def test_bounds_of_one_kind_do_not_disturb_another():
    space = SearchSpace(traits=(IntegerTrait(name="i", low=-2, high=-1), BinaryTrait(name="b")))
    mutated = mutate(SpaceArrays.of(space), np.array([[-2.0, 0.0]]), 1.0, stream(0, 0, "test"))
    assert mutated.tolist() == [[-1.0, 1.0]]


def test_mutated_choices_reach_every_other_option():
    space = SearchSpace(traits=(ChoiceTrait(name="c", options=tuple("abcd")),))
    rng, arrays = stream(0, 0, "test"), SpaceArrays.of(space)
    found = mutate(arrays, np.ones((3000, 1)), 1.0, rng)[:, 0]
    options, counts = np.unique(found, return_counts=True)
    assert options.tolist() == [0.0, 2.0, 3.0]
    assert counts.min() > 900
