"""Online bin packing, a whole population of policies on many instances at once.

A bin is nothing but the space that remains in it, so a packing under way is a count of open bins for each amount of space. Scores enter only
through their order: they become ranks, all different (ties resolved in favour of the fuller bin), in one byte each where they fit.
The best candidate of a step is then the maximum, over the amounts of space, of ranks masked by which bins are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dean_provider.engine.arrays import Floats, Integers

__all__ = ["bins_used"]

BLOCK: Final = 64
"""Policies simulated at once: more would not fit the processor's cache."""
Bytes = NDArray[Any]


def bins_used(scores: Floats, items: Integers, capacity: int) -> Integers:
    """Bins that each policy takes for each instance, shape (policies, instances).

    :param scores: one score for each amount of space that would remain, shape (policies, capacity + 1).
    :param items: sizes from 1 to ``capacity``, in order of arrival, shape (instances, length).
    """
    blocks = [_simulate(scores[start : start + BLOCK], items, capacity) for start in range(0, len(scores), BLOCK)]
    return np.concatenate(blocks)


@dataclass(frozen=True)
class _Ranks:
    """Ranks of the remaining spaces; 0 is kept for 'no candidate'.

    :param after: rank of putting an item of a size into a bin, shape (sizes, spaces, policies).
    :param remaining: the space that a rank stands for, shape (policies, ranks).
    """

    after: Bytes
    remaining: Integers


def _ranks(scores: Floats, low: int, high: int, capacity: int) -> _Ranks:
    policies = len(scores)
    order = np.argsort(-scores, axis=1, kind="stable")[:, ::-1]
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, capacity + 2)[None, :].repeat(policies, axis=0), axis=1)
    small = np.ascontiguousarray(ranks.T.astype(np.uint8 if capacity < 255 else np.uint16))
    after = np.zeros((high - low + 1, capacity - low + 1, policies), dtype=small.dtype)
    for size in range(low, high + 1):
        after[size - low, size - low :] = small[: capacity - size + 1]
    remaining = np.concatenate((np.zeros((policies, 1), dtype=order.dtype), order), axis=1)
    return _Ranks(after, remaining)


def _simulate(scores: Floats, items: Integers, capacity: int) -> Integers:
    """Bins with less space than the smallest item are full: spaces are counted from ``low`` on."""
    policies, (instances, length) = len(scores), items.shape
    low, high = int(items.min()), int(items.max())
    ranks = _ranks(scores, low, high, capacity)
    rows = capacity - low + 1
    counts = np.zeros(instances * rows * policies, dtype=np.int32)
    opened = np.zeros((instances, rows, policies), dtype=ranks.after.dtype)
    flat = opened.reshape(-1)
    policy = np.arange(policies)[None, :]
    base = (np.arange(instances) * rows * policies)[:, None] + policy - low * policies
    lookup = ranks.remaining.reshape(-1)
    offset = policy * ranks.remaining.shape[1]
    empty = base + capacity * policies
    counts[empty] = length + 1
    full = np.iinfo(ranks.after.dtype).max
    flat[empty] = full
    masked = np.empty_like(opened)
    for step in range(length):
        item = items[:, step]
        np.take(ranks.after, item - low, axis=0, out=masked, mode="clip")
        np.bitwise_and(masked, opened, out=masked)
        best = masked.max(axis=1)
        remaining = lookup[offset + best]
        taken = base + (remaining + item[:, None]) * policies
        left = counts[taken] - 1
        counts[taken] = left
        flat[taken[left == 0]] = 0
        kept = remaining >= low
        made = (base + remaining * policies)[kept]
        counts[made] += 1
        flat[made] = full
    used: Integers = (length + 1 - counts[empty]).T.astype(np.int64)
    return used
