"""Which trials are let in: the objective is registered, the limits hold, the tokens are there, the population fits."""

from __future__ import annotations

from asgi_correlation_id import correlation_id
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog import get_logger

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import Population, PopulationRef
from dean_provider.contract.trial import StartTrial, TrialStatus
from dean_provider.engine.evolve import generation_cost
from dean_provider.engine.objectives import Objective
from dean_provider.errors import DeanError, InvalidConfigurationError, RateLimitedError
from dean_provider.services.evolution.economy import Economy
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.objectives import ObjectiveShelf
from dean_provider.services.evolution.tables import TrialRow

__all__ = ["Admission"]

_log = get_logger(__name__)
_GLANCE_SECONDS = 5.0
_FULL_RETRY_SECONDS = 30.0


class Admission:
    """Checks a trial before it exists.

    :param max_pending: trials that may wait for their turn.
    """

    def __init__(self, economy: Economy, indexagent: IndexAgentClient, shelf: ObjectiveShelf, max_pending: int) -> None:
        self.economy = economy
        self.indexagent = indexagent
        self.shelf = shelf
        self.max_pending = max_pending

    def admit(self, request: StartTrial) -> Objective:
        """The objective of a trial that can run here.

        :raises ConfigurationError: it cannot.
        :raises NotFoundError: there is no such population.
        """
        objective = self.shelf.require(request.config)
        self._check_population(request, objective)
        return objective

    def check_room(self, session: Session, request: StartTrial, objective: Objective) -> None:
        """Nothing while there is room and there are tokens for one more trial; within the transaction that stores it.

        :raises RateLimitedError: too many trials wait already.
        :raises BudgetExhaustedError: the service's tokens do not reach.
        """
        waiting = session.scalar(select(func.count()).where(TrialRow.status == TrialStatus.PENDING.value)) or 0
        if waiting >= self.max_pending:
            raise RateLimitedError(
                f"{waiting} trials wait for their turn already.",
                details={"rule": f"at most {self.max_pending} pending trials"},
                suggestions=["Start it again later."],
                retry_after=_FULL_RETRY_SECONDS,
            )
        needed = request.config.token_budget or generation_cost(request.config, objective, 0)
        self.economy.require(session, request.trial_id, needed)

    def _check_population(self, request: StartTrial, objective: Objective) -> None:
        """When IndexAgent is away the trial is accepted, and its run waits for it."""
        try:
            population = self.indexagent.call(
                operations.READ_POPULATION,
                PopulationRef(population_id=request.population_id),
                request_id=correlation_id.get(),
                seconds=_GLANCE_SECONDS,
            )
        except DeanError as error:
            if error.retryable:
                _log.warning("population not checked", trial_id=request.trial_id, why=error.message)
                return
            raise
        problems = _misfits(population, request, objective)
        if problems:
            raise InvalidConfigurationError(
                f"Population {population.population_id!r} does not fit the trial: {'; '.join(str(found['rule']) for found in problems)}.",
                details={"problems": problems},
                suggestions=["Create a population with the trial's size and seed and the search space of its validation."],
            )


def _misfits(population: Population, request: StartTrial, objective: Objective) -> list[dict[str, object]]:
    config = request.config
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
