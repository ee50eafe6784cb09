"""Finding patterns: ranges of genes that are more frequent among the fittest than chance allows.

Agents are compared by genome, each counted once however often it was copied. The ranges are quantile bins of the agents'
values and their runs, so fitness has no say in which are tested. Each is tested by Fisher's exact test, one-sided, and all tests
enter the Benjamini-Hochberg adjustment. Controlled alone, it would still report something in one of twenty looks at pure chance; so
first the whole must be significant (Bonferroni at 0.1 %, however the tests depend on each other), else nothing is reported.

The chance that is bounded is that of fitness which has nothing to do with genomes. Agents are relatives, though, and later generations
are fitter: a range that was merely inherited with a useful one, or drifted while fitness rose, is enriched too and not by chance. Only
imposing it tells (:mod:`dean_provider.engine.patterns.effectiveness`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dean_provider.contract.pattern import PatternBody, Support, TraitRange
from dean_provider.contract.space import SearchSpace
from dean_provider.engine.arrays import Booleans, Floats
from dean_provider.engine.patterns.candidates import Candidates, candidates
from dean_provider.engine.patterns.enrichment import adjusted, tail
from dean_provider.engine.space import SpaceArrays
from dean_provider.errors import InvalidConfigurationError

__all__ = ["Detected", "detect", "hypotheses"]

FALSE_ALARM: Final = 0.001
"""Probability that anything at all is reported where fitness has nothing to do with genomes."""
LIFT: Final = 1.5
"""How much more frequent than in the population a range must be among the elite to be reported."""


class Detected(NamedTuple):
    """A pattern that stood out, how, and what it says in words."""

    body: PatternBody
    support: Support
    description: str


def detect(
    space: SearchSpace,
    genomes: Floats,
    fitness: ArrayLike,
    *,
    elite_share: float = 0.25,
    false_discovery_rate: float = 0.05,
    limit: int = 20,
) -> list[Detected]:
    """Patterns of the fittest, the most significant first, at most one for each gene.

    :param genomes: of one generation or of several, shape (agents, genes).
    :param fitness: shape (agents,).
    :param elite_share: the fittest are at most this share; agents as fit as the first one left out are left out too.
    :param false_discovery_rate: Benjamini-Hochberg's bound, for fitness that has nothing to do with genomes; ranges that are only
        inherited with useful ones are beside it.
    :raises InvalidConfigurationError: genomes and fitness that do not fit each other.
    """
    distinct, values = _distinct(genomes, np.asarray(fitness, dtype=np.float64))
    elite = _elite(values, elite_share)
    found = candidates(space, distinct, elite)
    if not elite.any() or not len(found.gene):
        return []
    size, fittest = len(distinct), int(elite.sum())
    p_values = tail(found.chosen, fittest, found.marked, size)
    if p_values.min() * len(p_values) > FALSE_ALARM:
        return []
    q_values = adjusted(p_values)
    stands = q_values <= false_discovery_rate
    stands &= found.chosen * size >= LIFT * found.marked * fittest
    return [
        _pattern(
            space,
            found,
            index,
            Support(
                elite_matching=int(found.chosen[index]),
                elite_size=fittest,
                population_matching=int(found.marked[index]),
                population_size=size,
                p_value=float(p_values[index]),
                q_value=float(q_values[index]),
            ),
        )
        for index in _best_of_genes(found, p_values, stands)[:limit]
    ]


def hypotheses(space: SearchSpace, genomes: Floats) -> int:
    """How many ranges :func:`detect` tests on these genomes."""
    distinct, values = _distinct(genomes, np.zeros(len(genomes)))
    return len(candidates(space, distinct, values > 0).gene)


def _distinct(genomes: Floats, fitness: Floats) -> tuple[Floats, Floats]:
    if genomes.ndim != 2 or fitness.shape != (len(genomes),):
        raise InvalidConfigurationError(f"Genomes {genomes.shape} and fitness {fitness.shape} do not fit each other.")
    first: dict[bytes, int] = {}
    for position, genome in enumerate(np.ascontiguousarray(genomes)):
        first.setdefault(genome.tobytes(), position)
    kept = list(first.values())
    return genomes[kept], fitness[kept]


def _elite(fitness: Floats, share: float) -> Booleans:
    """Those fitter than the first agent left out: ties across the border would otherwise be decided by position."""
    size = int(len(fitness) * share)
    if not size or size >= len(fitness):
        return np.zeros(len(fitness), dtype=np.bool_)
    border = np.sort(fitness)[::-1][size]
    elite: Booleans = fitness > border
    return elite


def _best_of_genes(found: Candidates, p_values: Floats, stands: Booleans) -> list[int]:
    """The most significant range of each gene, the narrowest of equals, in order of significance."""
    standing = np.flatnonzero(stands)
    order = standing[np.lexsort((found.gene[standing], found.marked[standing], p_values[standing]))]
    first: dict[int, int] = {}
    for index in order.tolist():
        first.setdefault(int(found.gene[index]), index)
    return list(first.values())


def _pattern(space: SearchSpace, found: Candidates, index: int, support: Support) -> Detected:
    gene, low, high, value = int(found.gene[index]), found.low[index], found.high[index], found.value[index]
    trait, part = next((name, part) for name, part in SpaceArrays.of(space).slices.items() if part.start <= gene < part.stop)
    one = TraitRange(
        trait=trait,
        index=gene - part.start,
        low=float(low) if np.isfinite(low) else None,
        high=float(high) if np.isfinite(high) else None,
        values=None if np.isnan(value) else (float(value),),
    )
    return Detected(PatternBody(ranges=(one,)), support, _words(space, one))


def _words(space: SearchSpace, one: TraitRange) -> str:
    trait = next(trait for trait in space.traits if trait.name == one.trait)
    name = f"{one.trait}[{one.index}]" if trait.length > 1 else one.trait
    if one.values is not None:
        option = trait.options[int(one.values[0])] if trait.kind == "choice" else bool(one.values[0])
        return f"{name} is {option}"
    if one.low is None:
        return f"{name} is at most {one.high:.4g}"
    if one.high is None:
        return f"{name} is at least {one.low:.4g}"
    return f"{name} is from {one.low:.4g} to {one.high:.4g}"
