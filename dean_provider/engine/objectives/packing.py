"""Online bin packing, one policy and one instance at a time, in plain Python with explicit bins.

Slow and obvious on purpose: this is what decides whether a packing is valid and how many bins it takes, independently of the fast
simulation that evolution uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from dean_provider.errors import EvaluationError

__all__ = ["Bins", "best_fit", "by_scores", "check", "excess", "first_fit", "lower_bound", "pack"]

Bins: TypeAlias = list[list[int]]
"""Positions of the items in each bin, in the order in which bins were opened."""
Policy: TypeAlias = Callable[[Sequence[int]], int]
"""From the space that would remain in each candidate bin, oldest first and an empty bin last, to the candidate taken."""


def pack(items: Sequence[int], capacity: int, policy: Policy) -> Bins:
    """Put items, in their order, where ``policy`` says."""
    bins: Bins = []
    space: list[int] = []
    for position, item in enumerate(items):
        candidates = [number for number, left in enumerate(space) if left >= item]
        choice = policy([space[number] - item for number in candidates] + [capacity - item])
        if choice == len(candidates):
            bins.append([position])
            space.append(capacity - item)
        else:
            bins[candidates[choice]].append(position)
            space[candidates[choice]] -= item
    return bins


def by_scores(scores: Sequence[float]) -> Policy:
    """The highest score of the space that would remain; ties go to the fuller bin."""

    def policy(remaining: Sequence[int]) -> int:
        return max(range(len(remaining)), key=lambda number: (scores[remaining[number]], -remaining[number]))

    return policy


def first_fit(remaining: Sequence[int]) -> int:
    """The oldest bin with room."""
    del remaining
    return 0


def best_fit(remaining: Sequence[int]) -> int:
    """The bin with the least space left."""
    return min(range(len(remaining)), key=remaining.__getitem__)


def check(bins: Bins, items: Sequence[int], capacity: int) -> None:
    """Make sure that every item is packed exactly once and no bin is over-full or empty.

    :raises EvaluationError: the packing is invalid.
    """
    if sorted(position for packed in bins for position in packed) != list(range(len(items))):
        raise EvaluationError("The packing is invalid: an item is missing or packed twice.")
    for number, packed in enumerate(bins):
        load = sum(items[position] for position in packed)
        if not packed or load > capacity:
            raise EvaluationError(
                f"The packing is invalid: bin {number} holds {load} of {capacity}.", details={"bin": number, "load": load}
            )


def lower_bound(items: Sequence[int], capacity: int) -> int:
    """The L1 bound: bins that the items would fill if they were liquid (Martello & Toth 1990)."""
    return -(-sum(items) // capacity)


def excess(policy: Policy, instances: Sequence[Sequence[int]], capacity: int) -> float:
    """Mean excess of a policy over the L1 bound, in percent, every packing checked.

    :raises EvaluationError: a packing is invalid.
    """
    total = 0.0
    for items in instances:
        bins = pack(items, capacity, policy)
        check(bins, items, capacity)
        bound = lower_bound(items, capacity)
        total += 100.0 * (len(bins) - bound) / bound
    return total / len(instances)
