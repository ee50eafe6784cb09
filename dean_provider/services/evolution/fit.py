"""Whether a population is one that a trial can start from."""

from __future__ import annotations

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.population import Population
from dean_provider.engine.objectives import Objective
from dean_provider.errors import InvalidConfigurationError

__all__ = ["require_fit"]


def require_fit(population: Population, config: TrialConfig, objective: Objective) -> None:
    """Nothing when the trial's generation 0 is the one that its configuration asks for.

    :raises InvalidConfigurationError: naming everything that differs.
    """
    problems = _misfits(population, config, objective)
    if problems:
        raise InvalidConfigurationError(
            f"Population {population.population_id!r} does not fit the trial: {'; '.join(str(found['rule']) for found in problems)}.",
            details={"problems": problems},
            suggestions=["Create a population with the trial's size and seed and the search space of its validation."],
        )


def _misfits(population: Population, config: TrialConfig, objective: Objective) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if population.size != config.population_size:
        rule = f"it has {population.size} agents, the trial asks for {config.population_size}"
        found.append({"field": "population_size", "value": config.population_size, "rule": rule})
    if population.space is not None and population.space != objective.space:
        found.append({"field": "population_id", "value": population.population_id, "rule": "its search space is not the objective's"})
    drawn = population.derived_from is None and population.seed is not None
    if drawn and config.seed is not None and population.seed != config.seed:
        rule = f"it was drawn with seed {population.seed}, the trial has seed {config.seed}"
        found.append({"field": "seed", "value": config.seed, "rule": rule})
    return found
