"""Which trials are let in: the objective is registered, the limits hold, the tokens are there, the population fits."""

from __future__ import annotations

from asgi_correlation_id import correlation_id
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog import get_logger

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import PopulationRef
from dean_provider.contract.trial import StartTrial, TrialStatus
from dean_provider.engine.objectives import Objective
from dean_provider.errors import DeanError, RateLimitedError
from dean_provider.services.evolution.economy import Economy
from dean_provider.services.evolution.fit import Shared, require_fit
from dean_provider.services.evolution.forks import require_forkable
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
        :raises NotFoundError: there is no such population, or no such trial to fork.
        """
        objective = self.shelf.require(request.config)
        self._check_population(request, objective, self._shared(request))
        return objective

    def _shared(self, request: StartTrial) -> Shared | None:
        if request.fork is None:
            return None
        with self.economy.database.read() as session:
            parent = require_forkable(session, request.fork, request.config)
        return Shared(parent.population_id, request.fork.generation)

    def check_room(self, session: Session, trial_id: str, tokens: int) -> None:
        """Nothing while there is room and there are ``tokens`` for one more pending trial; within the transaction that stores it.

        :raises RateLimitedError: too many trials wait already.
        :raises BudgetExhaustedError: the service's tokens do not reach.
        """
        self.economy.alone(session)
        waiting = session.scalar(select(func.count()).where(TrialRow.status == TrialStatus.PENDING.value)) or 0
        if waiting >= self.max_pending:
            raise RateLimitedError(
                f"{waiting} trials wait for their turn already.",
                details={"rule": f"at most {self.max_pending} pending trials"},
                suggestions=["Start it again later."],
                retry_after=_FULL_RETRY_SECONDS,
            )
        self.economy.require(session, trial_id, tokens)

    def _check_population(self, request: StartTrial, objective: Objective, shared: Shared | None) -> None:
        """When IndexAgent is away the trial is accepted, and its run waits for it and checks then."""
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
        require_fit(population, request.config, objective, shared)
