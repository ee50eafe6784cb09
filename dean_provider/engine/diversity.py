"""How different the genomes of a population are.

A gene's diversity is the mean difference between two different agents (Gini's mean difference; for binary and choice genes the
share of pairs that differ), divided by what two uniformly drawn genomes would show and capped at 1. A population's is the mean
over its genes. So 1 is a population as diverse as a random one and 0 one of clones, in any search space.
"""

from __future__ import annotations

import numpy as np

from dean_provider.contract.space import SearchSpace
from dean_provider.engine.arrays import Floats
from dean_provider.engine.space import SpaceArrays

__all__ = ["by_trait", "diversity"]


def diversity(space: SearchSpace, genomes: Floats) -> float:
    """Diversity in [0, 1] of genomes of shape (size, genes); 0 for fewer than two agents."""
    return float(_by_gene(space, genomes).mean())


def by_trait(space: SearchSpace, genomes: Floats) -> dict[str, float]:
    """Diversity of each trait: the mean over its genes."""
    genes = _by_gene(space, genomes)
    return {name: float(genes[part].mean()) for name, part in SpaceArrays.of(space).slices.items()}


def _by_gene(space: SearchSpace, genomes: Floats) -> Floats:
    arrays = SpaceArrays.of(space)
    if len(genomes) < 2:
        return np.zeros(space.size)
    span = arrays.high - arrays.low
    values = span + 1.0
    expected = np.where(arrays.integer, (values * values - 1.0) / (3.0 * values * span), 1.0 / 3.0)
    found = _mean_difference(arrays, genomes)
    if arrays.category.any():
        found[arrays.category] = _share_of_differing_pairs(genomes[:, arrays.category])
        expected = np.where(arrays.category, 1.0 - 1.0 / values, expected)
    return np.minimum(found / expected, 1.0)


def _mean_difference(arrays: SpaceArrays, genomes: Floats) -> Floats:
    """Mean |difference| over all pairs as a share of each gene's span, from the gaps between neighbours: exactly 0 for clones."""
    size = len(genomes)
    gaps = np.diff(np.sort(genomes, axis=0), axis=0)
    below = np.arange(1.0, size)
    across: Floats = ((below * (size - below))[:, None] * gaps).sum(axis=0)
    return across * (2.0 / (size * (size - 1.0))) / (arrays.high - arrays.low)


def _share_of_differing_pairs(genomes: Floats) -> Floats:
    size = len(genomes)
    ordered = np.sort(genomes, axis=0)
    shares = np.empty(genomes.shape[1])
    for gene in range(genomes.shape[1]):
        counts = np.unique(ordered[:, gene], return_counts=True)[1].astype(np.float64)
        shares[gene] = 1.0 - float((counts * (counts - 1.0)).sum()) / (size * (size - 1.0))
    return shares
