"""The ranges that are tested: fixed by the genomes alone, before anyone looks at fitness, so that p-values mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from dean_provider.contract.space import SearchSpace
from dean_provider.engine.arrays import Booleans, Floats, Integers
from dean_provider.engine.space import SpaceArrays

__all__ = ["Candidates", "candidates"]

BINS: Final = 4
"""Bins of equal count that a gene's values fall into; every run of neighbouring bins but the whole is a range."""
MAX_OPTIONS: Final = 64
"""Options of a choice gene that are tested, the most frequent first."""


@dataclass(frozen=True)
class Candidates:
    """Ranges of genes; every array has one entry for each range.

    :param gene: the gene that the range is of.
    :param low: lower bound, -inf where there is none.
    :param high: upper bound, inf where there is none.
    :param value: the one value of a range of a binary or choice gene; NaN for others.
    :param marked: genomes within the range.
    :param chosen: the chosen genomes within the range.
    """

    gene: Integers
    low: Floats
    high: Floats
    value: Floats
    marked: Integers
    chosen: Integers


def candidates(space: SearchSpace, genomes: Floats, chosen: Booleans) -> Candidates:
    """Every range tested, and how many of all genomes and of the ``chosen`` lie in it.

    ``chosen`` has no influence on which ranges there are.
    """
    rows: list[tuple[float, ...]] = []
    arrays = SpaceArrays.of(space)
    for gene in range(space.size):
        values = genomes[:, gene]
        found = _options(values, chosen) if arrays.category[gene] else _runs(values, chosen, whole=bool(arrays.integer[gene]))
        rows.extend((gene, *row) for row in found)
    columns = list(np.array(rows, dtype=np.float64).reshape(-1, 6).T)
    return Candidates(
        gene=columns[0].astype(np.int64),
        low=columns[1],
        high=columns[2],
        value=columns[3],
        marked=columns[4].astype(np.int64),
        chosen=columns[5].astype(np.int64),
    )


def _options(values: Floats, chosen: Booleans) -> Iterator[tuple[float, ...]]:
    options, counts = np.unique(values, return_counts=True)
    if len(options) == 1:
        return
    for index in np.argsort(-counts, kind="stable")[:MAX_OPTIONS]:
        hits = int((values[chosen] == options[index]).sum())
        yield -np.inf, np.inf, float(options[index]), int(counts[index]), hits


def _runs(values: Floats, chosen: Booleans, *, whole: bool) -> Iterator[tuple[float, ...]]:
    cuts = _cuts(values)
    bins = np.searchsorted(cuts, values)
    marked = np.concatenate(([0], np.cumsum(np.bincount(bins, minlength=len(cuts) + 1))))
    hits = np.concatenate(([0], np.cumsum(np.bincount(bins[chosen], minlength=len(cuts) + 1))))
    edges = [-np.inf, *cuts.tolist(), np.inf]
    for first in range(len(cuts) + 1):
        for end in range(first + 1, len(cuts) + 2):
            if end - first <= len(cuts):
                low, high = (np.ceil(edges[first]), np.floor(edges[end])) if whole else (edges[first], edges[end])
                yield low, high, np.nan, int(marked[end] - marked[first]), int(hits[end] - hits[first])


def _cuts(values: Floats) -> Floats:
    """Cuts between neighbouring different values, as near to the quantiles as may be; none on a value."""
    ordered = np.sort(values)
    steps = np.flatnonzero(ordered[1:] > ordered[:-1])
    if not len(steps):
        return np.empty(0)
    wanted = len(values) * np.arange(1, BINS) / BINS - 1
    nearest = np.unique(steps[np.abs(steps[None, :] - wanted[:, None]).argmin(axis=1)])
    low, high = ordered[nearest], ordered[nearest + 1]
    middle = low + (high - low) / 2.0
    cuts: Floats = np.where(middle < high, middle, low)
    return cuts
