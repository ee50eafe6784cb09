"""Making generations: the initial one, and each from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dean_provider.contract.pattern import PatternBody
from dean_provider.contract.population import InterventionPolicy, Variation
from dean_provider.contract.space import SearchSpace
from dean_provider.contract.trial import Intervention
from dean_provider.engine.arrays import Booleans, Floats, Integers
from dean_provider.engine.diversity import diversity
from dean_provider.engine.intervention import intervene
from dean_provider.engine.patterns import impose
from dean_provider.engine.space import SpaceArrays, sample
from dean_provider.engine.streams import INITIAL, INTERVENTION, PATTERNS, VARIATION, stream
from dean_provider.engine.variation import mutate, recombine

__all__ = ["Bred", "breed", "initial"]


@dataclass(frozen=True)
class Bred:
    """A generation that waits for evaluation; position ``i`` is one agent throughout.

    :param genomes: shape (size, genes).
    :param parents: positions in the generation before; one for an elite or a child of one parent, none in generation 0.
    :param variations: how each agent came to be.
    :param diversity: in [0, 1], after the intervention if there was one.
    """

    genomes: Floats
    parents: list[list[int]]
    variations: list[Variation]
    diversity: float
    intervention: Intervention | None = None


def initial(space: SearchSpace, size: int, seed: int, patterns: Sequence[PatternBody] = (), share: float = 0.0) -> Bred:
    """Generation 0, drawn uniformly; ``patterns`` are imposed on the first ``share`` of it."""
    genomes = sample(space, size, stream(seed, 0, INITIAL))
    imposed = round(share * size) if patterns else 0
    if imposed:
        genomes[:imposed] = impose(space, genomes[:imposed], patterns, stream(seed, 0, PATTERNS))
    variations = [Variation.IMPOSED] * imposed + [Variation.INITIAL] * (size - imposed)
    return Bred(genomes, [[] for _ in range(size)], variations, diversity(space, genomes))


def breed(
    space: SearchSpace,
    genomes: Floats,
    *,
    parents: ArrayLike,
    elites: Sequence[int],
    seed: int,
    generation: int,
    mutation_rate: float,
    crossover_rate: float,
    intervention: InterventionPolicy | None = None,
) -> Bred:
    """The next generation: elites unchanged, then one child for each pair of parents.

    :param genomes: the generation before, shape (size, genes).
    :param parents: positions in it, shape (children, 2).
    :param generation: number of the generation made; with ``seed`` it keys all randomness.
    """
    pairs = np.asarray(parents, dtype=np.int64).reshape(-1, 2)
    arrays, rng = SpaceArrays.of(space), stream(seed, generation, VARIATION)
    children, recombined = recombine(arrays, genomes[pairs[:, 0]], genomes[pairs[:, 1]], crossover_rate, rng)
    children = mutate(arrays, children, mutation_rate, rng)
    bred = np.concatenate((genomes[list(elites)], children)) if len(elites) else children
    injected, fact, found = np.empty(0, dtype=np.int64), None, diversity(space, bred)
    if intervention is not None and found < intervention.threshold:
        rng = stream(seed, generation, INTERVENTION)
        bred, injected, fact = intervene(space, bred, spared=len(elites), policy=intervention, rng=rng)
    return Bred(
        bred,
        [[elite] for elite in elites] + _lineage(pairs, recombined),
        _variations(len(elites), recombined, injected),
        found if fact is None else fact.diversity_after,
        fact,
    )


def _lineage(pairs: Integers, recombined: Booleans) -> list[list[int]]:
    both = recombined & (pairs[:, 0] != pairs[:, 1])
    return [pair if two else pair[:1] for pair, two in zip(pairs.tolist(), both.tolist(), strict=True)]


def _variations(elites: int, recombined: Booleans, injected: Integers) -> list[Variation]:
    variations = [Variation.ELITE] * elites
    variations += [Variation.CROSSOVER if crossed else Variation.MUTATION for crossed in recombined.tolist()]
    for position in injected.tolist():
        variations[position] = Variation.INJECTED
    return variations
