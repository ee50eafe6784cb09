"""Patterns applied: imposed on copies of a trial's final population, evaluated, kept for later trials. The trial stays as it is."""

from __future__ import annotations

import hashlib

import numpy as np

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.pattern import AppliedPatterns, ApplyPatterns, PatternBody
from dean_provider.contract.population import DerivePopulation, PopulationGeneration, RecordFitness
from dean_provider.contract.trial import Objective
from dean_provider.services.evolution.economy import spend
from dean_provider.services.evolution.effectiveness import body_for
from dean_provider.services.evolution.evaluation.evaluator import Array
from dean_provider.services.evolution.lookup import completed_trial, generation_of
from dean_provider.services.evolution.registry import pattern_row
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import ApplicationRow, TrialRow
from dean_provider.services.evolution.workshop import Workshop

__all__ = ["PatternApplication"]


def _derived_id(trial_id: str, pattern_ids: list[str]) -> str:
    """The same patterns on the same trial always make the same population."""
    return f"applied-{hashlib.sha256('|'.join([trial_id, *pattern_ids]).encode()).hexdigest()[:24]}"


class PatternApplication:
    """Answers the apply operation."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop

    def apply(self, request: ApplyPatterns) -> AppliedPatterns:
        """Apply patterns, or find what came of it."""
        pattern_ids = list(dict.fromkeys(request.pattern_ids))
        name = _derived_id(request.trial_id, pattern_ids)
        make = self._make
        return self.workshop.once.do(name, lambda: self._stored(name), lambda: make(request.trial_id, pattern_ids, name))

    def _stored(self, name: str) -> AppliedPatterns | None:
        with self.workshop.database.read() as session:
            row = session.get(ApplicationRow, name)
            return None if row is None else AppliedPatterns.model_validate(row.result)

    def _make(self, trial_id: str, pattern_ids: list[str], name: str) -> AppliedPatterns:
        with self.workshop.database.read() as session:
            trial = completed_trial(session, trial_id)
            bodies = [body_for(shown_pattern(pattern_row(session, pattern_id)), trial) for pattern_id in pattern_ids]
            before = generation_of(session, trial, trial.current_generation).fitness
            cost = len(before) * Objective.model_validate(trial.description).tokens_per_evaluation
        with self.workshop.economy.holding(trial_id, cost):
            applied = self._applied(trial, pattern_ids, self._derive(trial, bodies, name), before, cost)
            self._store(applied)
        return applied

    def _applied(self, trial: TrialRow, pattern_ids: list[str], derived: PopulationGeneration, before: Array, cost: int) -> AppliedPatterns:
        """What came of it: fitness before and after."""
        name = derived.population_id
        after = self.workshop.evaluate(trial, np.array(derived.genomes, dtype=np.float64))
        noted = RecordFitness(population_id=name, generation=0, fitness=after.tolist())
        self.workshop.indexagent.call(operations.RECORD_FITNESS, noted)
        return AppliedPatterns(
            trial_id=trial.trial_id,
            pattern_ids=pattern_ids,
            population_id=name,
            agents=len(after),
            mean_fitness_before=float(before.mean()),
            mean_fitness_after=float(after.mean()),
            best_fitness_before=float(before.max()),
            best_fitness_after=float(after.max()),
            tokens_used=cost,
        )

    def _derive(self, trial: TrialRow, bodies: list[PatternBody], name: str) -> PopulationGeneration:
        request = DerivePopulation(
            population_id=trial.population_id,
            generation=trial.current_generation,
            derived_id=name,
            patterns=bodies,
            seed=trial.seed or 0,
        )
        self.workshop.indexagent.call(operations.DERIVE_POPULATION, request)
        return self.workshop.generation(name, 0)

    def _store(self, applied: AppliedPatterns) -> None:
        row = ApplicationRow(population_id=applied.population_id, trial_id=applied.trial_id, result=applied.model_dump(mode="json"))
        with self.workshop.database.write() as session:
            row.applied_at = self.workshop.now()
            session.add(row)
            spend(session, applied.trial_id, "application", tokens=applied.tokens_used, evaluations=applied.agents, at=row.applied_at)
