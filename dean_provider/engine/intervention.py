"""Diversity interventions: mutations injected at a generation boundary when a population has become too alike."""

from __future__ import annotations

from typing import Final

import numpy as np

from dean_provider.contract.population import InterventionPolicy
from dean_provider.contract.space import SearchSpace
from dean_provider.contract.trial import Intervention
from dean_provider.engine.arrays import Floats, Integers
from dean_provider.engine.diversity import diversity
from dean_provider.engine.space import SpaceArrays
from dean_provider.engine.variation import reset

__all__ = ["intervene"]

ROUNDS: Final = 10
RESET_RATE: Final = 0.1
"""Probability that a gene of a chosen agent is drawn anew in a round: ten rounds leave a third of it as it was."""


def intervene(
    space: SearchSpace, genomes: Floats, *, spared: int, policy: InterventionPolicy, rng: np.random.Generator
) -> tuple[Floats, Integers, Intervention | None]:
    """Mutate a share of the agents, round by round, until diversity reaches the target or the rounds end.

    :param genomes: the new generation, elites first.
    :param spared: how many agents at the front, the elites, stay as they are.
    :return: genomes, positions mutated, and the fact; none when diversity is not below the threshold.
    """
    before = diversity(space, genomes)
    size = len(genomes) - spared
    share = min(size, int(np.ceil(policy.rate * size)))
    if before >= policy.threshold or share == 0:
        return genomes, np.empty(0, dtype=np.int64), None
    chosen: Integers = np.sort(spared + rng.permutation(size)[:share])
    arrays, changed, after = SpaceArrays.of(space), genomes.copy(), before
    for _ in range(ROUNDS):
        changed[chosen] = reset(arrays, changed[chosen], RESET_RATE, rng)
        after = diversity(space, changed)
        if after >= policy.target:
            break
    return changed, chosen, Intervention(diversity_before=before, diversity_after=after, agents_mutated=share)
