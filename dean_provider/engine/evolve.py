"""A trial in one plain loop: what the services do over HTTP, and the digest they must reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import PatternBody
from dean_provider.contract.population import InterventionPolicy, Variation
from dean_provider.contract.trial import TerminationReason
from dean_provider.engine import digest, outcome
from dean_provider.engine.arrays import Floats
from dean_provider.engine.generation import Bred, breed, initial
from dean_provider.engine.objectives.objective import Objective
from dean_provider.engine.selection import select
from dean_provider.engine.termination import reason_to_stop
from dean_provider.errors import InvalidConfigurationError

__all__ = ["EvolvedGeneration", "evolve", "generation_cost", "outcome_cost", "policy_of", "winner"]


@dataclass(frozen=True)
class EvolvedGeneration:
    """A generation with its fitness.

    :param digest: up to and including this generation.
    :param tokens_used: of the whole trial up to here.
    :param reason: why the trial ended here; ``None`` on all but the last.
    """

    generation: int
    bred: Bred
    fitness: Floats
    digest: str
    tokens_used: int
    reason: TerminationReason | None

    @property
    def genomes(self) -> Floats:
        return self.bred.genomes


def evolve(
    config: TrialConfig,
    objective: Objective,
    *,
    patterns: Sequence[PatternBody] = (),
    shared: Sequence[EvolvedGeneration] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[EvolvedGeneration]:
    """Generations from 0 on, until the configuration ends the trial.

    :param patterns: bodies of ``config.pattern_seeds``.
    :param shared: generations 0 to N of another trial, of which this one is a fork: it has them as they are, and decides and breeds from N.
    :param clock: seconds; only ``max_time_seconds`` asks it.
    :raises InvalidConfigurationError: the configuration has no seed, or ends before the generation it is forked at.
    """
    if config.seed is None:
        raise InvalidConfigurationError("A trial needs a seed.", details={"field": "seed", "value": None, "rule": "must be given"})
    if config.generations < len(shared) - 1:
        rule = f"must not be below the generation it is forked at ({len(shared) - 1})"
        details = {"field": "generations", "value": config.generations, "rule": rule}
        raise InvalidConfigurationError(f"generations ({config.generations}) {rule}.", details=details)
    started = clock()
    history: list[float] = []
    last: EvolvedGeneration | None = None
    for generation in range(config.generations + 1):
        last = shared[generation] if generation < len(shared) else _made(config, objective, last, patterns)
        history.append(float(last.fitness.max()))
        reason = None
        if generation >= len(shared) - 1:
            reason = reason_to_stop(
                config,
                generation=generation,
                best_history=history,
                tokens_used=last.tokens_used,
                next_cost=generation_cost(config, objective, generation + 1),
                elapsed_seconds=clock() - started,
            )
        yield replace(last, reason=reason)
        if reason is not None:
            return


def _made(
    config: TrialConfig, objective: Objective, before: EvolvedGeneration | None, patterns: Sequence[PatternBody]
) -> EvolvedGeneration:
    """The generation after ``before``, or the first, without a reason to end."""
    generation, fitness, chain, tokens = 0, np.empty(0), "", 0
    if before is None:
        bred = initial(objective.space, config.population_size, config.seed or 0, patterns, config.pattern_seed_share)
    else:
        generation, chain, tokens = before.generation + 1, before.digest, before.tokens_used
        bred = _next(config, objective, before.bred, before.fitness, generation)
        fitness = before.fitness
    fitness = _fitness(objective, bred, fitness)
    tokens += generation_cost(config, objective, generation)
    return EvolvedGeneration(generation, bred, fitness, digest.extend(chain, bred.genomes, fitness), tokens, None)


def generation_cost(config: TrialConfig, objective: Objective, generation: int) -> int:
    """Tokens of one generation: elites keep their fitness, so they are evaluated, and paid for, only in generation 0."""
    kept = config.elite_size if generation else 0
    return (config.population_size - kept) * objective.tokens_per_evaluation


def outcome_cost(config: TrialConfig, objective: Objective) -> int:
    """Tokens that choosing the outcome may take: its finalists on validation instances, where the objective has such."""
    if not objective.instance_counts.get("validation"):
        return 0
    return min(config.population_size, outcome.FINALISTS) * objective.tokens_per_evaluation


def _fitness(objective: Objective, bred: Bred, before: Floats) -> Floats:
    """Fitness of all agents; elites, who come first, keep theirs."""
    kept = [parents[0] for parents, variation in zip(bred.parents, bred.variations, strict=True) if variation is Variation.ELITE]
    return np.concatenate((before[kept], objective.evaluate(bred.genomes[len(kept) :])))


def _next(config: TrialConfig, objective: Objective, bred: Bred, fitness: Floats, generation: int) -> Bred:
    seed = config.seed or 0
    elites, parents = select(config, fitness, seed=seed, generation=generation)
    return breed(
        objective.space,
        bred.genomes,
        parents=parents,
        elites=elites,
        seed=seed,
        generation=generation,
        mutation_rate=config.mutation_rate,
        crossover_rate=config.crossover_rate,
        intervention=policy_of(config),
    )


def policy_of(config: TrialConfig) -> InterventionPolicy:
    """The intervention that a configuration asks for."""
    return InterventionPolicy(threshold=config.diversity_threshold, rate=config.intervention_rate, target=config.intervention_target)


def winner(objective: Objective, last: EvolvedGeneration) -> int:
    """Position of the outcome in the last generation, chosen on train and validation instances only."""
    positions = outcome.finalists(last.genomes, last.fitness)
    if not objective.instance_counts.get("validation"):
        return outcome.choose(positions, last.fitness)
    return outcome.choose(positions, last.fitness, objective.evaluate(last.genomes[positions], "validation"))
