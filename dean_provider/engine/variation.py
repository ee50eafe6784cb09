"""Crossover and mutation by kind of gene, the whole generation at once.

Real genes: pymoo's simulated binary crossover (Deb & Agrawal 1995) and polynomial mutation (Deb & Goyal 1996). Integer genes: the same,
rounded, and a mutation that rounds back to where it was takes one step. Binary and choice genes: uniform crossover
(Syswerda 1989), and mutation to one of the other values. Both distribution indices are 15, so that every power is a 16th one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from pymoo.operators.crossover.sbx import cross_sbx
from pymoo.operators.mutation.pm import mut_pm

from dean_provider.engine.arithmetic import Exponents
from dean_provider.engine.arrays import Booleans, Floats
from dean_provider.engine.space import SpaceArrays, uniform

__all__ = ["mutate", "recombine", "reset"]

GENE_SHARE: Final = 0.5
"""Probability that a gene of a recombining pair is crossed over, and that a crossed gene comes from the other side."""


def recombine(arrays: SpaceArrays, first: Floats, second: Floats, rate: float, rng: np.random.Generator) -> tuple[Floats, Booleans]:
    """One child for each pair of parents, and which pairs recombined; the others' child is a copy of the first parent.

    :param first: first parents, shape (pairs, genes).
    :param rate: probability that a pair recombines.
    """
    chosen: Booleans = rng.random(len(first)) < rate
    children = first.copy()
    if chosen.any():
        ordered = ~arrays.category
        if ordered.any():
            children[np.ix_(chosen, ordered)] = _simulated_binary(
                arrays, first[chosen][:, ordered], second[chosen][:, ordered], ordered, rng
            )
        if arrays.category.any():
            swap = chosen[:, None] & arrays.category & (rng.random(first.shape) < GENE_SHARE)
            children = np.where(swap, second, children)
    return children, chosen


def _simulated_binary(arrays: SpaceArrays, first: Floats, second: Floats, ordered: Booleans, rng: np.random.Generator) -> Floats:
    pairs = len(first)
    children: Floats = cross_sbx(
        np.stack((first, second)),
        arrays.low[ordered],
        arrays.high[ordered],
        Exponents.index((pairs, 1)),
        np.full((pairs, 1), GENE_SHARE),
        np.full((pairs, 1), GENE_SHARE),
        random_state=rng,
    )[0]
    return np.where(arrays.integer[ordered], np.rint(children), children)


def mutate(arrays: SpaceArrays, genomes: Floats, rate: float, rng: np.random.Generator) -> Floats:
    """Genomes with each gene mutated with probability ``rate``."""
    if rate == 0:
        return genomes.copy()
    mutated = genomes.copy()
    ordered = ~arrays.category
    if ordered.any():
        mutated[:, ordered] = _polynomial(arrays, genomes[:, ordered], ordered, rate, rng)
    if arrays.category.any():
        mutated[:, arrays.category] = _other_options(arrays.high[arrays.category], genomes[:, arrays.category], rate, rng)
    return mutated


def _other_options(last: Floats, genes: Floats, rate: float, rng: np.random.Generator) -> Floats:
    """Binary and choice genes, each replaced with probability ``rate`` by one of its other values, all alike."""
    chosen = rng.random(genes.shape) < rate
    step = 1.0 + np.floor(rng.random(genes.shape) * last)
    return np.where(chosen, (genes + step) % (last + 1.0), genes)


def _polynomial(arrays: SpaceArrays, genomes: Floats, ordered: Booleans, rate: float, rng: np.random.Generator) -> Floats:
    size = len(genomes)
    low, high = arrays.low[ordered], arrays.high[ordered]
    moved: Floats = mut_pm(genomes, low, high, Exponents.index((size,)), np.full(size, rate), at_least_once=False, random_state=rng)
    whole = np.rint(moved)
    stepped = np.clip(np.where(whole == genomes, genomes + np.sign(moved - genomes), whole), low, high)
    return np.where(arrays.integer[ordered], stepped, moved)


def reset(arrays: SpaceArrays, genomes: Floats, rate: float, rng: np.random.Generator) -> Floats:
    """Genomes with each gene drawn anew, uniformly, with probability ``rate``."""
    chosen = rng.random(genomes.shape) < rate
    return np.where(chosen, uniform(arrays, rng.random(genomes.shape)), genomes)
