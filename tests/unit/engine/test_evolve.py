from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dean_provider.contract.config import SelectionMethod, TrialConfig
from dean_provider.contract.trial import TerminationReason
from dean_provider.engine.digest import extend
from dean_provider.engine.evolve import evolve, winner
from dean_provider.engine.generation import breed
from dean_provider.engine.objectives import load_objective
from dean_provider.engine.selection import select
from dean_provider.errors import InvalidConfigurationError

HALF = settings(max_examples=settings.default.max_examples // 2)
CONFIG = {"objective": "sphere", "objective_parameters": {"dimension": 5}, "population_size": 12, "generations": 8, "seed": 3}


def trial(shared=(), **changes):
    config = TrialConfig(**{**CONFIG, **changes})
    return list(evolve(config, load_objective(config.objective, config.objective_parameters), shared=shared))


def digests(generations):
    return [one.digest for one in generations]


def test_generation_zero_and_the_steps_after():
    generations = trial()
    assert [one.generation for one in generations] == list(range(9))
    assert [one.reason for one in generations] == [None] * 8 + [TerminationReason.GENERATIONS]
    assert generations[-1].tokens_used == 12 + 8 * 10  # two elites keep their fitness


def test_equal_seed_equal_digest_whatever_the_name():
    assert trial()[-1].digest == trial(name="other", labels={"a": "b"}, max_time_seconds=100)[-1].digest
    assert trial()[-1].digest != trial(seed=4)[-1].digest


def test_digest_is_a_chain_over_genomes_and_fitness():
    digest = ""
    for one in trial():
        digest = extend(digest, one.genomes, one.fitness)
        assert one.digest == digest


@pytest.mark.parametrize("cut", range(8))
def test_a_trial_goes_on_from_any_generation(cut):
    """Nothing but a generation's genomes and fitness is needed to make the next."""
    config, generations = TrialConfig(**CONFIG), trial()
    at, after = generations[cut], generations[cut + 1]
    best, parents = select(config, at.fitness, seed=3, generation=cut + 1)
    bred = breed(
        load_objective("sphere", {"dimension": 5}).space,
        at.genomes,
        parents=parents,
        elites=best,
        seed=3,
        generation=cut + 1,
        mutation_rate=config.mutation_rate,
        crossover_rate=config.crossover_rate,
        intervention=None,
    )
    if after.bred.intervention is None:
        assert (bred.genomes == after.genomes).all()


@pytest.mark.parametrize("method", list(SelectionMethod))
@pytest.mark.parametrize("elite_size", [0, 1, 5])
def test_elites_never_get_lost(method, elite_size):
    best = [one.fitness.max() for one in trial(selection_method=method, elite_size=elite_size)]
    if elite_size:
        assert all(after >= before for before, after in itertools.pairwise(best))


@pytest.mark.parametrize("method", list(SelectionMethod))
def test_every_method_improves(method):
    generations = trial(selection_method=method, population_size=40, generations=40)
    assert generations[-1].fitness.max() > 0.2 * generations[0].fitness.max()


def test_low_diversity_is_answered_at_the_boundary():
    generations = trial(diversity_threshold=0.4, intervention_target=0.5, generations=30)
    facts = [one.bred.intervention for one in generations if one.bred.intervention]
    assert facts
    assert all(fact.diversity_before < 0.4 for fact in facts)
    assert trial(diversity_threshold=0.0, generations=30)[-1].bred.intervention is None


def test_limits_end_it():
    assert len(trial(token_budget=30)) == 2
    assert trial(token_budget=30)[-1].reason is TerminationReason.TOKEN_BUDGET
    assert trial(fitness_threshold=-1e9)[-1].reason is TerminationReason.FITNESS_THRESHOLD
    clock = itertools.count(0.0, 10.0)
    config = TrialConfig(**CONFIG, max_time_seconds=25)
    timed = list(evolve(config, load_objective("sphere", {"dimension": 5}), clock=lambda: next(clock)))
    assert [one.reason for one in timed] == [None, None, TerminationReason.MAX_TIME]


def test_the_outcome_without_validation_is_the_fittest():
    last = trial()[-1]
    assert winner(load_objective("sphere", {"dimension": 5}), last) == int(np.argmax(last.fitness))


def test_a_seed_is_needed():
    with pytest.raises(InvalidConfigurationError, match="seed"):
        trial(seed=None)


@HALF
@given(at=st.integers(0, 8), seed=st.integers(0, 2**53 - 1), rate=st.floats(0, 1))
def test_a_fork_with_nothing_changed_ends_like_its_parent(at, seed, rate):
    parent = trial(seed=seed, mutation_rate=rate)
    fork = trial(parent[: at + 1], seed=seed, mutation_rate=rate)
    assert digests(fork) == digests(parent)
    assert [(one.tokens_used, one.reason) for one in fork] == [(one.tokens_used, one.reason) for one in parent]


@HALF
@given(at=st.integers(0, 7), further=st.integers(0, 7), seed=st.integers(0, 2**53 - 1))
def test_a_fork_with_another_seed_is_another_trial_from_the_next_generation_on(at, further, seed):
    parent = trial()
    fork = trial(parent[: at + 1], seed=seed)
    assert digests(fork)[: at + 1] == digests(parent)[: at + 1]
    assert seed == 3 or not set(digests(fork)[at + 1 :]) & set(digests(parent))
    assert digests(trial(fork[: further + 1], seed=seed)) == digests(fork) or further < at


def test_a_fork_ends_by_the_history_it_shares():
    still = {"mutation_rate": 0, "crossover_rate": 0, "diversity_threshold": 0}
    parent = trial(**still)
    assert trial(parent[:5], **still, stagnation_generations=2)[-1].reason is TerminationReason.STAGNATION
    assert len(trial(parent[:5], **still, stagnation_generations=2)) == 5
    spent = trial(parent[:5], token_budget=parent[4].tokens_used + 19)
    assert [len(spent), spent[-1].reason] == [6, TerminationReason.TOKEN_BUDGET]
    assert trial(parent[:5], generations=4)[-1].reason is TerminationReason.GENERATIONS
    with pytest.raises(InvalidConfigurationError, match="generations"):
        trial(parent[:5], generations=3)
