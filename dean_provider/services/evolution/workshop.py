"""What work on a completed trial's agents needs: measuring patterns and applying them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import GenerationRef, PopulationGeneration
from dean_provider.errors import ServiceUnavailableError
from dean_provider.services.evolution.economy import Economy
from dean_provider.services.evolution.evaluation.evaluator import Array, Evaluator, Interrupted, Task
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.once import Once
from dean_provider.services.evolution.tables import TrialRow
from dean_provider.services.store import Database

__all__ = ["Workshop"]


@dataclass(frozen=True)
class Workshop:
    """Reads generations and evaluates agents on behalf of a trial that has completed.

    :param closing: set when the service stops.
    """

    database: Database
    economy: Economy
    indexagent: IndexAgentClient
    evaluator: Evaluator
    now: Callable[[], datetime] = field(kw_only=True)
    closing: threading.Event = field(kw_only=True)
    once: Once = field(default_factory=Once, kw_only=True)

    def generation(self, population_id: str, generation: int) -> PopulationGeneration:
        """One generation of a population."""
        return self.indexagent.call(operations.READ_GENERATION, GenerationRef(population_id=population_id, generation=generation))

    def evaluate(self, trial: TrialRow, genomes: Array, instances: str = "train") -> Array:
        """Fitness of ``genomes`` under the trial's objective.

        :raises EvaluationError: they could not be evaluated.
        :raises ServiceUnavailableError: the service stops.
        """
        task = Task(
            trial_id=trial.trial_id,
            generation=trial.current_generation,
            objective=trial.objective,
            parameters=trial.config["objective_parameters"],
            genomes=genomes,
            positions=range(len(genomes)),
            agent_ids=[""] * len(genomes),
            instances=instances,
        )
        try:
            return self.evaluator.evaluate(task, self.closing).fitness
        except Interrupted:
            raise ServiceUnavailableError("The service stops.", suggestions=["Ask again when it is back."]) from None
