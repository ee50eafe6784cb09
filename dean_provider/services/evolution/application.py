"""Patterns applied: imposed on copies of a trial's final population, evaluated, kept for later trials. The trial stays as it is."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.pattern import AppliedPatterns, ApplyPatterns, PatternBody
from dean_provider.contract.population import DerivePopulation, GenerationRef, PopulationGeneration, RecordFitness
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.evolution.economy import Economy, spend
from dean_provider.services.evolution.evaluation.evaluator import Array, Evaluator, Task
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.lookup import completed_trial, generation_of
from dean_provider.services.evolution.once import Once
from dean_provider.services.evolution.registry import pattern_row
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import ApplicationRow, TrialRow
from dean_provider.services.store import Database

__all__ = ["PatternApplication"]


def _derived_id(trial_id: str, pattern_ids: list[str]) -> str:
    """The same patterns on the same trial always make the same population."""
    return f"applied-{hashlib.sha256('|'.join([trial_id, *pattern_ids]).encode()).hexdigest()[:24]}"


def _bodies(session: Session, trial: TrialRow, pattern_ids: list[str]) -> list[PatternBody]:
    found = [shown_pattern(pattern_row(session, pattern_id)) for pattern_id in pattern_ids]
    strange = [pattern.pattern_id for pattern in found if pattern.objective not in (None, trial.objective)]
    if strange:
        rule = f"must be patterns of objective {trial.objective}"
        raise InvalidConfigurationError(
            f"pattern_ids {rule}.", details={"problems": [{"field": "pattern_ids", "value": ", ".join(strange), "rule": rule}]}
        )
    return [pattern.body for pattern in found if pattern.body is not None]


class PatternApplication:
    """Answers the apply operation.

    :param closing: set when the service stops.
    """

    def __init__(
        self,
        database: Database,
        economy: Economy,
        indexagent: IndexAgentClient,
        evaluator: Evaluator,
        now: Callable[[], datetime],
        closing: threading.Event,
    ) -> None:
        self.database = database
        self.economy = economy
        self.indexagent = indexagent
        self.evaluator = evaluator
        self.now = now
        self.closing = closing
        self._once = Once()

    def apply(self, request: ApplyPatterns) -> AppliedPatterns:
        """Apply patterns, or find what came of it."""
        pattern_ids = list(dict.fromkeys(request.pattern_ids))
        name = _derived_id(request.trial_id, pattern_ids)
        return self._once.do(name, lambda: self._stored(name), lambda: self._make(request.trial_id, pattern_ids, name))

    def _stored(self, name: str) -> AppliedPatterns | None:
        with self.database.read() as session:
            row = session.get(ApplicationRow, name)
            return None if row is None else AppliedPatterns.model_validate(row.result)

    def _make(self, trial_id: str, pattern_ids: list[str], name: str) -> AppliedPatterns:
        with self.database.read() as session:
            trial = completed_trial(session, trial_id)
            bodies = _bodies(session, trial, pattern_ids)
            before = generation_of(session, trial, trial.current_generation).fitness
            objective = load_objective(trial.objective, trial.config["objective_parameters"])
            cost = len(before) * objective.tokens_per_evaluation
            self.economy.require(session, trial_id, cost)
        derived = self._derive(trial, bodies, name)
        after = self._evaluate(trial, derived)
        here = GenerationRef(population_id=name, generation=0)
        self.indexagent.call(operations.RECORD_FITNESS, RecordFitness(**here.model_dump(), fitness=after.tolist()))
        applied = AppliedPatterns(
            trial_id=trial_id,
            pattern_ids=pattern_ids,
            population_id=name,
            agents=len(after),
            mean_fitness_before=float(before.mean()),
            mean_fitness_after=float(after.mean()),
            best_fitness_before=float(before.max()),
            best_fitness_after=float(after.max()),
            tokens_used=cost,
        )
        with self.database.write() as session:
            at = self.now()
            session.add(ApplicationRow(population_id=name, trial_id=trial_id, result=applied.model_dump(mode="json"), applied_at=at))
            spend(session, trial_id, "application", tokens=cost, evaluations=len(after), at=at)
        return applied

    def _derive(self, trial: TrialRow, bodies: list[PatternBody], name: str) -> PopulationGeneration:
        request = DerivePopulation(
            population_id=trial.population_id,
            generation=trial.current_generation,
            derived_id=name,
            patterns=bodies,
            seed=trial.seed or 0,
        )
        self.indexagent.call(operations.DERIVE_POPULATION, request)
        return self.indexagent.call(operations.READ_GENERATION, GenerationRef(population_id=name, generation=0))

    def _evaluate(self, trial: TrialRow, derived: PopulationGeneration) -> Array:
        task = Task(
            trial_id=trial.trial_id,
            generation=trial.current_generation,
            objective=trial.objective,
            parameters=trial.config["objective_parameters"],
            genomes=np.array(derived.genomes, dtype=np.float64),
            positions=range(len(derived.genomes)),
            agent_ids=derived.agent_ids,
        )
        return self.evaluator.evaluate(task, self.closing).fitness
