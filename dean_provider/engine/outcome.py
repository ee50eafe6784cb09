"""Which agent is the outcome of a trial: decided by train and validation instances only, always the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dean_provider.engine.arrays import Floats
from dean_provider.engine.selection import elites

__all__ = ["FINALISTS", "choose", "finalists"]

FINALISTS: Final = 10


def finalists(genomes: Floats, fitness: ArrayLike, size: int = FINALISTS) -> list[int]:
    """Positions of the ``size`` fittest distinct genomes of the final generation, best first, ties by position."""
    order = elites(np.asarray(fitness, dtype=np.float64), len(genomes))
    first: dict[bytes, int] = {}
    for position in order:
        first.setdefault(genomes[position].tobytes(), position)
        if len(first) == size:
            break
    return list(first.values())


def choose(positions: Sequence[int], fitness: ArrayLike, validation: ArrayLike | None = None) -> int:
    """The position that wins: best validation fitness, then best train fitness, then the lowest position.

    :param positions: the finalists.
    :param fitness: train fitness of the whole generation, by position.
    :param validation: validation fitness of the finalists, in their order; ``None`` when the objective has no such instances.
    """
    train = np.asarray(fitness, dtype=np.float64)
    held_out = np.zeros(len(positions)) if validation is None else np.asarray(validation, dtype=np.float64)
    ranked = zip(held_out.tolist(), positions, strict=True)
    return max(ranked, key=lambda pair: (pair[0], float(train[pair[1]]), -pair[1]))[1]
