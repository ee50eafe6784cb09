from __future__ import annotations

import re

import numpy as np
import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective
from dean_provider.engine.patterns import detect, effectiveness, hypotheses, impose, matches
from dean_provider.engine.space import sample
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError


@pytest.fixture(scope="module")
def history():
    """The agents of a real trial's first generations, copies, relatives and all."""
    objective = load_objective("bin_packing", {"items": 120, "train_instances": 4})
    config = TrialConfig(seed=1, generations=10)
    generations = list(evolve(config, objective))
    genomes = np.concatenate([one.genomes for one in generations])
    return objective, genomes, np.concatenate([one.fitness for one in generations])


def test_planted_ranges_are_found_and_only_those(mixed_space):
    genomes = sample(mixed_space, 800, stream(0, 0, "test"))
    fitness = stream(0, 1, "test").normal(size=800)
    fitness += 3.0 * (genomes[:, 1] > 1.0) + 3.0 * (genomes[:, 5] >= 3) + 3.0 * (genomes[:, 9] == 2.0)
    found = detect(mixed_space, genomes, fitness)
    assert {(one.body.ranges[0].trait, one.body.ranges[0].index) for one in found} == {("r", 1), ("i", 1), ("c", 0)}
    said = {one.body.ranges[0].trait: one.description for one in found}
    assert said["c"] == "c is z"
    assert re.fullmatch(r"i\[1\] is at least [23]", said["i"])
    assert re.fullmatch(r"r\[1\] is at least [0-9.]+", said["r"])


def test_support_counts_what_it_says(history):
    objective, genomes, fitness = history
    found = detect(objective.space, genomes, fitness, limit=5)
    distinct, first = np.unique(genomes, axis=0, return_index=True)
    assert len(found) == 5
    for body, support, _ in found:
        held = matches(objective.space, distinct, body)
        values = fitness[first]
        elite = values > np.sort(values)[::-1][int(0.25 * len(values))]
        assert support.population_size == len(distinct)
        assert (support.population_matching, support.elite_matching) == (held.sum(), held[elite].sum())
        assert support.elite_size == elite.sum() <= 0.25 * len(distinct)
        assert support.p_value <= support.q_value <= 0.05


def test_with_shuffled_fitness_none_is_reported(history):
    objective, genomes, fitness = history
    distinct = np.unique(genomes, axis=0, return_index=True)[1]
    genomes, fitness = genomes[distinct], fitness[distinct]
    assert detect(objective.space, genomes, fitness)
    reports = [detect(objective.space, genomes, stream(seed, 0, "shuffle").permutation(fitness)) for seed in range(100)]
    assert not any(reports)


def test_some_of_what_is_found_is_worth_something(history):
    """Imposed on random agents, and measured on instances that had no part in finding it."""
    objective, genomes, fitness = history
    lacking = sample(objective.space, 200, stream(9, 0, "test"))
    accepted = 0
    for body, _, _ in detect(objective.space, genomes, fitness):
        agents = lacking[~matches(objective.space, lacking, body)][:60]
        imposed = impose(objective.space, agents, [body], stream(9, 1, "test"))
        deltas = objective.evaluate(imposed, "validation") - objective.evaluate(agents, "validation")
        accepted += effectiveness(deltas).low > 0
    assert accepted >= 3


def test_copies_do_not_count(mixed_space):
    """A thousand copies of the fittest are one agent."""
    genomes = sample(mixed_space, 60, stream(0, 0, "test"))
    fitness = np.arange(60.0)
    copies, values = np.repeat(genomes[-1:], 1000, axis=0), np.full(1000, 59.0)
    assert not detect(mixed_space, np.concatenate((genomes, copies)), np.concatenate((fitness, values)))


def test_ties_never_make_an_elite(mixed_space):
    """All alike: nobody is fit, whatever the order in which agents come."""
    genomes = np.sort(sample(mixed_space, 400, stream(0, 0, "test")), axis=0)
    assert not detect(mixed_space, genomes, np.zeros(400))


def test_order_of_agents_does_not_matter(history):
    objective, genomes, fitness = history
    order = stream(0, 0, "test").permutation(len(genomes))
    assert detect(objective.space, genomes[order], fitness[order]) == detect(objective.space, genomes, fitness)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_too_few_agents_show_nothing(mixed_space, size):
    assert detect(mixed_space, sample(mixed_space, size, stream(0, 0, "test")), np.arange(float(size))) == []


def test_every_range_tested_counts(mixed_space):
    genomes = sample(mixed_space, 400, stream(0, 0, "test"))
    assert hypotheses(mixed_space, genomes) == 4 * 9 + 3 * 9 + 2 * 2 + 3


def test_genomes_and_fitness_must_fit(mixed_space):
    with pytest.raises(InvalidConfigurationError):
        detect(mixed_space, sample(mixed_space, 5, stream(0, 0, "test")), [1.0])
