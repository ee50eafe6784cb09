"""Online bin packing, a whole population of policies on many instances at once.

A bin is nothing but the space that remains in it, so a packing under way is a count of open bins for each amount of space. Scores
enter only through their order: they become ranks, all different (ties resolved in favour of the fuller bin), in one byte each where
they fit. The best candidate of a step is then the maximum, over the amounts of space, of ranks masked by which bins are open.
The amounts of space are the outermost axis of every array, so that this maximum runs over contiguous memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dean_provider.engine.arrays import Floats, Integers

__all__ = ["bins_used"]

BLOCK: Final = 64
"""Policies simulated at once: with more, the arrays of a step would leave the processor's cache."""
Ranks: TypeAlias = NDArray[Any]
"""Unsigned integers, as narrow as the capacity allows."""


def bins_used(scores: Floats, items: Integers, capacity: int) -> Integers:
    """Bins that each policy takes for each instance, shape (policies, instances).

    :param scores: one score for each amount of space that would remain, shape (policies, capacity + 1).
    :param items: sizes from 1 to ``capacity``, in order of arrival, shape (instances, length).
    """
    blocks = [_Simulation(scores[start : start + BLOCK], items, capacity).run() for start in range(0, len(scores), BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(items)), dtype=np.int64)


@dataclass(frozen=True)
class _Preferences:
    """The scores of a block of policies as ranks; rank 0 means that a bin is no candidate.

    :param after: rank of putting an item into a bin, shape (spaces, sizes of item, policies); the first space stands for every
        space too small for any item.
    :param remaining: the space that would remain at a rank, shape (policies, ranks).
    """

    after: Ranks
    remaining: Integers

    @staticmethod
    def of(scores: Floats, low: int, high: int, capacity: int) -> _Preferences:
        worst_first = np.argsort(-scores, axis=1, kind="stable")[:, ::-1]
        dtype = np.uint8 if capacity < np.iinfo(np.uint8).max else np.uint16
        ranks = np.empty((capacity + 1, len(scores)), dtype=dtype)
        np.put_along_axis(ranks, worst_first.T, np.arange(1, capacity + 2, dtype=dtype)[:, None], axis=0)
        after = np.zeros((capacity - low + 2, high - low + 1, len(scores)), dtype=dtype)
        for size in range(low, high + 1):
            after[size - low + 1 :, size - low] = ranks[: capacity - size + 1]
        return _Preferences(after, np.pad(worst_first, ((0, 0), (1, 0))))


class _Simulation:
    """A block of policies, packing all instances item by item.

    Row 0 of ``counts`` and ``open`` collects the full bins, those with less space than the smallest item; row ``space - low + 1`` the bins
    with that space, the last one the empty bins, of which there are always more. A cell is one policy on one instance.
    """

    def __init__(self, scores: Floats, items: Integers, capacity: int) -> None:
        policies, (instances, self.length) = len(scores), items.shape
        low, high = int(items.min()), int(items.max())
        preferences = _Preferences.of(scores, low, high, capacity)
        self.after, cells = preferences.after, instances * policies
        self.shape = (len(self.after), instances, policies)
        self.arriving = np.ascontiguousarray(items.T) - low
        self.cell = np.arange(cells)
        self.key = np.tile(np.arange(policies) * preferences.remaining.shape[1], instances)
        row = preferences.remaining.reshape(-1) - low + 1
        self.row_made = np.maximum(row, 0) * cells
        self.row_left = row * cells
        self.item_cells = np.repeat(items.T * cells, policies, axis=1) + self.cell
        self.counts = np.zeros(self.shape[0] * cells, dtype=np.int32)
        self.open = np.zeros_like(self.counts, dtype=self.after.dtype)
        self.counts[-cells:] = self.length + 1
        self.is_open = np.iinfo(self.open.dtype).max
        self.open[-cells:] = self.is_open

    def run(self) -> Integers:
        """Pack everything; bins used, shape (policies, instances)."""
        candidates = np.empty(self.shape, dtype=self.after.dtype)
        flat, opened = candidates.reshape(len(candidates), -1), self.open.reshape(len(candidates), -1)
        for step in range(self.length):
            np.take(self.after, self.arriving[step], axis=1, out=candidates, mode="clip")
            np.bitwise_and(flat, opened, out=flat)
            self._put(step, self.key + flat.max(axis=0))
        empty = self.counts[-self.cell.size :].reshape(self.shape[1:])
        return np.ascontiguousarray(self.length + 1 - empty.T, dtype=np.int64)

    def _put(self, step: int, best: Integers) -> None:
        """Move one bin of each cell from the space it had to the space that remains."""
        taken = self.row_left.take(best) + self.item_cells[step]
        left = self.counts.take(taken) - 1
        self.counts[taken] = left
        self.open[taken[left == 0]] = 0
        made = self.row_made.take(best) + self.cell
        self.counts[made] += 1
        self.open[made] = self.is_open
