"""Tests for enrichment, and what to make of many of them."""

from __future__ import annotations

from typing import Final

import numpy as np

from dean_provider.engine.arrays import Floats, Integers

__all__ = ["adjusted", "tail"]

CELLS: Final = 500_000
"""Terms that are held at once, in several arrays of 8 bytes each."""


def tail(matching: Integers, elite: int, marked: Integers, population: int) -> Floats:
    """P(at least ``matching`` marked among ``elite`` drawn without replacement): Fisher's exact test, one-sided.

    :param marked: agents of the population that carry the mark; same shape as ``matching``.
    """
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, population + 1)))))
    tables, which = np.unique(np.stack((matching, marked), axis=1), axis=0, return_inverse=True)  # sorted: chunks have like numbers
    p_values = np.empty(len(tables))
    rows = max(1, CELLS // (elite + 1))
    for start in range(0, len(tables), rows):
        part = tables[start : start + rows]
        p_values[start : start + rows] = _tail(part[:, 0], elite, part[:, 1], population, logs)
    found: Floats = np.clip(p_values, 0.0, 1.0)[which.reshape(-1)]
    return found


def _tail(matching: Integers, elite: int, marked: Integers, population: int, logs: Floats) -> Floats:
    k = np.arange(matching.min(), min(elite, int(marked.max())) + 1)[None, :]
    with_mark = marked[:, None]
    possible = (k >= matching[:, None]) & (k <= with_mark) & (elite - k <= population - with_mark)

    def choose(n: Integers, r: Integers) -> Floats:
        r = np.clip(r, 0, n)
        found: Floats = logs[n] - logs[r] - logs[n - r]
        return found

    log_p = choose(with_mark, k) + choose(population - with_mark, elite - k) - choose(np.array(population), np.array(elite))
    total: Floats = np.exp(np.where(possible, log_p, -np.inf)).sum(axis=1)
    return total


def adjusted(p_values: Floats) -> Floats:
    """Benjamini-Hochberg adjusted p-values (1995)."""
    size = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * size / np.arange(1.0, size + 1)
    q_values = np.empty(size)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values
