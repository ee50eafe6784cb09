"""Whether a population is one that a trial can start from."""

from __future__ import annotations

from typing import NamedTuple

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.population import Population
from dean_provider.engine.objectives import Objective
from dean_provider.errors import InvalidConfigurationError

__all__ = ["Shared", "require_fit"]


class Shared(NamedTuple):
    """What a fork shares with its parent.

    :param population_id: the parent's.
    :param generation: last one shared.
    """

    population_id: str
    generation: int


def require_fit(population: Population, config: TrialConfig, objective: Objective, shared: Shared | None = None) -> None:
    """Nothing when the trial's generation 0 is the one that its configuration asks for, or its parent's.

    :param shared: what a fork shares with its parent; ``None`` for a trial that is none.
    :raises InvalidConfigurationError: naming everything that differs.
    """
    problems = _misfits(population, config, objective, shared)
    if problems:
        raise InvalidConfigurationError(
            f"Population {population.population_id!r} does not fit the trial: {'; '.join(str(found['rule']) for found in problems)}.",
            details={"problems": problems},
            suggestions=[
                "Create a population with the trial's size and seed and the search space of its validation; for a fork, fork its parent's."
            ],
        )


def _misfits(population: Population, config: TrialConfig, objective: Objective, shared: Shared | None) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if population.size != config.population_size:
        rule = f"it has {population.size} agents, the trial asks for {config.population_size}"
        found.append({"field": "population_size", "value": config.population_size, "rule": rule})
    if population.space is not None and population.space != objective.space:
        found.append({"field": "population_id", "value": population.population_id, "rule": "its search space is not the objective's"})
    if (population.forked_from, population.forked_generation) != (shared or (None, None)):
        rule = f"it is not a fork of {shared.population_id!r} at generation {shared.generation}" if shared else "it is a fork of another"
        found.append({"field": "population_id", "value": population.population_id, "rule": rule})
    drawn = shared is None and population.derived_from is None and population.seed is not None
    if drawn and config.seed is not None and population.seed != config.seed:
        rule = f"it was drawn with seed {population.seed}, the trial has seed {config.seed}"
        found.append({"field": "seed", "value": config.seed, "rule": rule})
    return found
