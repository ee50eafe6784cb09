"""Patterns applied: imposed on copies of a trial's final population, evaluated, kept for later trials. The trial stays as it is."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.pattern import AppliedPatterns, ApplyPatterns, Effectiveness, Pattern, PatternBody, PatternStatus
from dean_provider.contract.population import DerivePopulation, PopulationGeneration, PopulationRef, RecordFitness, Variation
from dean_provider.contract.trial import Objective
from dean_provider.engine.objectives import load_objective
from dean_provider.engine.patterns import effectiveness
from dean_provider.errors import DeanError, InvalidStateError, NotFoundError
from dean_provider.services.evolution.economy import spend
from dean_provider.services.evolution.effectiveness import body_for
from dean_provider.services.evolution.evaluation.evaluator import Array
from dean_provider.services.evolution.lookup import completed_trial, generation_of
from dean_provider.services.evolution.registry import pattern_row
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import ApplicationRow, TrialRow
from dean_provider.services.evolution.workshop import Workshop

__all__ = ["PatternApplication"]


def _derived_id(request: ApplyPatterns, pattern_ids: list[str]) -> str:
    """The same patterns on the same share of the same trial always make the same population."""
    parts = [request.trial_id, *pattern_ids]
    parts += [] if request.share is None else [f"share={request.share!r}"]
    parts += ["measured"] if request.measure else []
    return f"applied-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"


class PatternApplication:
    """Answers the apply operation."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop

    def apply(self, request: ApplyPatterns) -> AppliedPatterns:
        """Apply patterns, or find what came of it.

        :raises InvalidStateError: the trial has not completed, or a pattern is in quarantine.
        """
        pattern_ids = list(dict.fromkeys(request.pattern_ids))
        name = _derived_id(request, pattern_ids)
        make = self._make
        return self.workshop.once.do(name, lambda: self._stored(name), lambda: make(request, pattern_ids, name))

    def _stored(self, name: str) -> AppliedPatterns | None:
        """What came of it before, unless its population was released since: then it is made anew."""
        with self.workshop.database.read() as session:
            row = session.get(ApplicationRow, name)
        if row is None or not self._is_there(name):
            return None
        return AppliedPatterns.model_validate(row.result)

    def _is_there(self, name: str) -> bool:
        try:
            self.workshop.indexagent.call(operations.READ_POPULATION, PopulationRef(population_id=name))
        except NotFoundError:
            return False
        except DeanError as error:
            if not error.retryable:
                raise
        return True

    def _make(self, request: ApplyPatterns, pattern_ids: list[str], name: str) -> AppliedPatterns:
        with self.workshop.database.read() as session:
            trial = completed_trial(session, request.trial_id)
            patterns = [shown_pattern(pattern_row(session, pattern_id)) for pattern_id in pattern_ids]
            before = generation_of(session, trial, trial.current_generation).fitness
        bodies = [body_for(_usable(pattern), trial) for pattern in patterns]
        cost = Objective.model_validate(trial.description).tokens_per_evaluation
        most = len(before) + (2 * math.ceil((request.share or 1) * len(before)) if request.measure else 0)
        with self.workshop.economy.holding(request.trial_id, most * cost):
            derived = self._derive(trial, bodies, name, request.share)
            applied, evaluations = self._applied(trial, pattern_ids, derived, before, measure=request.measure)
            applied = applied.model_copy(update={"tokens_used": evaluations * cost})
            self._store(applied, evaluations)
        return applied

    def _applied(
        self, trial: TrialRow, pattern_ids: list[str], derived: PopulationGeneration, before: Array, *, measure: bool
    ) -> tuple[AppliedPatterns, int]:
        """What came of it, fitness before and after, and how many agents were evaluated."""
        name, genomes = derived.population_id, np.array(derived.genomes, dtype=np.float64)
        after = self.workshop.evaluate(trial, genomes)
        noted = RecordFitness(population_id=name, generation=0, fitness=after.tolist())
        self.workshop.indexagent.call(operations.RECORD_FITNESS, noted)
        changed = [position for position, variation in enumerate(derived.variations) if variation is Variation.IMPOSED]
        worth = self._worth(trial, genomes, changed) if measure and len(changed) > 1 else None
        applied = AppliedPatterns(
            trial_id=trial.trial_id,
            pattern_ids=pattern_ids,
            population_id=name,
            agents=len(after),
            mean_fitness_before=float(before.mean()),
            mean_fitness_after=float(after.mean()),
            best_fitness_before=float(before.max()),
            best_fitness_after=float(after.max()),
            tokens_used=0,
            imposed=len(changed),
            effectiveness=worth,
        )
        return applied, len(after) + (2 * len(changed) if worth else 0)

    def _worth(self, trial: TrialRow, genomes: Array, changed: list[int]) -> Effectiveness:
        """What the change was worth to those it changed, beside what they were; on validation instances where there are such."""
        origin = self.workshop.generation(trial.population_id, trial.current_generation)
        were = np.array(origin.genomes, dtype=np.float64)[changed]
        counts = load_objective(trial.objective, trial.config["objective_parameters"]).instance_counts
        instances = "validation" if counts.get("validation") else "train"
        fitness = self.workshop.evaluate(trial, np.concatenate((were, genomes[changed])), instances)
        found = effectiveness(fitness[len(changed) :] - fitness[: len(changed)])
        cost = Objective.model_validate(trial.description).tokens_per_evaluation
        return found.model_copy(update={"tokens_used": 2 * len(changed) * cost})

    def _derive(self, trial: TrialRow, bodies: list[PatternBody], name: str, share: float | None) -> PopulationGeneration:
        request = DerivePopulation(
            population_id=trial.population_id,
            generation=trial.current_generation,
            derived_id=name,
            patterns=bodies,
            share=share,
            seed=trial.seed or 0,
        )
        self.workshop.indexagent.call(operations.DERIVE_POPULATION, request)
        return self.workshop.generation(name, 0)

    def _store(self, applied: AppliedPatterns, evaluations: int) -> None:
        row = ApplicationRow(population_id=applied.population_id, trial_id=applied.trial_id, result=applied.model_dump(mode="json"))
        with self.workshop.database.write() as session:
            row.applied_at = self.workshop.now()
            session.merge(row)
            spend(session, applied.trial_id, "application", tokens=applied.tokens_used, evaluations=evaluations, at=row.applied_at)


def _usable(pattern: Pattern) -> Pattern:
    """The pattern, when it may be applied.

    :raises InvalidStateError: it is in quarantine.
    """
    if pattern.status is PatternStatus.QUARANTINED:
        raise InvalidStateError(
            f"Pattern {pattern.pattern_id!r} is in quarantine: {pattern.quarantine or 'no reason was given'}.",
            details={"pattern_id": pattern.pattern_id, "status": pattern.status.value},
            suggestions=["Let it out of quarantine first, or leave it out."],
        )
    return pattern
