"""Who has children: elites and pairs of parents.

tournament: Brindle 1981; Goldberg & Deb 1991. roulette: fitness-proportionate (Holland 1975) on fitness above the worst. rank: linear
ranking (Baker 1985). elitist: truncation selection (Mühlenbein & Schlierkamp-Voosen 1993). Fitness must be finite; it may be
equal throughout, negative or huge.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dean_provider.contract.config import SelectionMethod, TrialConfig
from dean_provider.engine.arrays import Floats, Integers
from dean_provider.engine.streams import SELECTION, stream

__all__ = ["choose_parents", "elites", "select"]

PRESSURE: Final = 1.7
"""Expected children of the fittest under linear ranking, of the mean's one; Baker's range is 1 to 2."""


def select(config: TrialConfig, fitness: Floats, *, seed: int, generation: int) -> tuple[list[int], Integers]:
    """Elites and parents of ``generation``, from the fitness of the one before: both keyed by (seed, generation)."""
    parents = choose_parents(
        fitness,
        len(fitness) - config.elite_size,
        method=config.selection_method,
        tournament_size=config.tournament_size,
        rng=stream(seed, generation, SELECTION),
    )
    return elites(fitness, config.elite_size), parents


def elites(fitness: Floats, size: int) -> list[int]:
    """Positions of the ``size`` fittest, best first, ties by position."""
    order: list[int] = np.argsort(-np.asarray(fitness, dtype=np.float64), kind="stable")[:size].tolist()
    return order


def choose_parents(fitness: Floats, pairs: int, *, method: SelectionMethod, tournament_size: int, rng: np.random.Generator) -> Integers:
    """Positions of parents, shape (pairs, 2); the two of a pair are drawn independently and may be one agent.

    :param fitness: finite, maximised, shape (size,).
    :param tournament_size: agents in a tournament, drawn with replacement; used by tournament selection only.
    """
    values = np.asarray(fitness, dtype=np.float64)
    if method is SelectionMethod.TOURNAMENT:
        chosen = _tournament(values, 2 * pairs, tournament_size, rng)
    elif method is SelectionMethod.ELITIST:
        half = np.array(elites(values, (len(values) + 1) // 2), dtype=np.int64)
        chosen = half[rng.integers(len(half), size=2 * pairs)]
    else:
        weights = _above_worst(values) if method is SelectionMethod.ROULETTE else _linear_ranks(values)
        chosen = _spin(weights, 2 * pairs, rng)
    return chosen.reshape(pairs, 2)


def _tournament(fitness: Floats, draws: int, size: int, rng: np.random.Generator) -> Integers:
    rivals: Integers = rng.integers(len(fitness), size=(draws, size))
    winners = np.argmax(fitness[rivals], axis=1)
    chosen: Integers = rivals[np.arange(draws), winners]
    return chosen


def _above_worst(fitness: Floats) -> Floats:
    """Weights proportional to fitness above the worst; equal ones when nothing is above it."""
    halves = fitness / 2.0 - fitness.min() / 2.0
    top = halves.max()
    weights: Floats = halves / top if top > 0 else np.ones(len(fitness))
    return weights


def _linear_ranks(fitness: Floats) -> Floats:
    """Expected children by rank, from 2 - PRESSURE for the worst to PRESSURE for the fittest; ties share their mean."""
    size = len(fitness)
    if size == 1:
        return np.ones(1)
    _, group, counts = np.unique(fitness, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    rank = (last - counts + last - 1) / 2.0
    weights: Floats = (2.0 - PRESSURE) + 2.0 * (PRESSURE - 1.0) * rank[group] / (size - 1.0)
    return weights


def _spin(weights: Floats, draws: int, rng: np.random.Generator) -> Integers:
    """Positions drawn with probability proportional to ``weights``; one with weight 0 never is."""
    edges = np.cumsum(weights)
    found = np.searchsorted(edges, rng.random(draws) * edges[-1], side="right")
    last = int(np.flatnonzero(weights)[-1])
    chosen: Integers = np.minimum(found, last).astype(np.int64)
    return chosen
