"""Objectives as this service has them: described, checked against a trial, never imported because a caller named them."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import Constraints, ObjectiveList, ValidateTrial, Validation, ValidationProblem
from dean_provider.engine.evolve import generation_cost
from dean_provider.engine.objectives import Objective, describe, load_objective, registered
from dean_provider.errors import ConfigurationError, InvalidConfigurationError
from dean_provider.services.evolution.settings import EvolutionSettings

__all__ = ["ObjectiveShelf"]


class ObjectiveShelf:
    """Answers what there is, what is bounded, and whether a configuration can run here."""

    def __init__(self, settings: EvolutionSettings) -> None:
        self.settings = settings

    def objectives(self, request: Empty) -> ObjectiveList:
        """Objectives registered here."""
        return ObjectiveList(objectives=[describe(cls) for _, cls in sorted(registered().items())])

    def constraints(self, request: Empty) -> Constraints:
        """Limits that are enforced."""
        settings = self.settings
        return Constraints(
            max_population_size=settings.max_population_size,
            max_generations=settings.max_generations,
            max_genes=settings.max_genes,
            max_generation_genes=settings.max_generation_genes,
            max_running_trials=settings.max_running_trials,
            max_request_bytes=settings.max_request_bytes,
            max_page_size=1000,
            max_wait_seconds=settings.max_wait_seconds,
            evaluation_timeout_seconds=settings.evaluation_timeout_seconds,
            evaluation_memory_bytes=settings.evaluation_memory_bytes,
        )

    def require(self, config: TrialConfig) -> Objective:
        """The objective of a configuration that can run here.

        :raises ConfigurationError: it cannot, with every problem listed.
        """
        objective = load_objective(config.objective, dict(config.objective_parameters))
        problems = self._over_limits(config, objective)
        if problems:
            raise InvalidConfigurationError(
                "; ".join(f"{problem['field']} {problem['rule']}" for problem in problems) + ".",
                details={"problems": problems},
                suggestions=["GET /api/v1/constraints has this service's limits."],
            )
        return objective

    def _over_limits(self, config: TrialConfig, objective: Objective) -> list[dict[str, Any]]:
        settings, genes = self.settings, objective.space.size
        bounds = [
            ("population_size", config.population_size, settings.max_population_size),
            ("generations", config.generations, settings.max_generations),
            ("objective_parameters", genes, settings.max_genes),
            ("population_size", config.population_size * genes, settings.max_generation_genes),
        ]
        units = ["", "", " genes", " genes in a whole generation"]
        found: list[dict[str, Any]] = [
            {
                "field": field,
                "value": value,
                "rule": f"must not make more than {limit}{unit} here" if unit else f"must not exceed {limit} here",
            }
            for (field, value, limit), unit in zip(bounds, units, strict=True)
            if value > limit
        ]
        first = generation_cost(config, objective, 0)
        if config.token_budget is not None and config.token_budget < first:
            found.append(
                {"field": "token_budget", "value": config.token_budget, "rule": f"must cover the first generation ({first} tokens)"}
            )
        return found

    def validate(self, request: ValidateTrial) -> Validation:
        """Whether a configuration can run here, what it would cost, and its search space."""
        config = request.config
        try:
            objective = self.require(config)
        except ConfigurationError as error:
            return Validation(valid=False, problems=_problems(error, config))
        tokens = generation_cost(config, objective, 0) + config.generations * generation_cost(config, objective, 1)
        if config.token_budget is not None:
            tokens = min(tokens, config.token_budget)
        return Validation(valid=True, estimated_tokens=tokens, objective=describe(type(objective)), space=objective.space)


def _problems(error: ConfigurationError, config: TrialConfig) -> list[ValidationProblem]:
    fallback = {"field": "objective", "value": config.objective, "rule": error.message, "suggestion": " ".join(error.suggestions)}
    return [
        ValidationProblem(
            field=problem["field"], value=problem.get("value"), rule=problem["rule"], suggestion=problem.get("suggestion") or ""
        )
        for problem in error.details.get("problems") or [fallback]
    ]
