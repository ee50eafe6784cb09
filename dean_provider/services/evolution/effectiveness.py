"""What a pattern is worth, by intervention: impose it on agents that lack it and evaluate both on validation instances."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import numpy as np

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.pattern import Effectiveness, MeasurePattern, Pattern, PatternBody, PatternStatus
from dean_provider.contract.population import GenerationRef
from dean_provider.engine import patterns
from dean_provider.engine.objectives import Objective, load_objective
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidStateError
from dean_provider.services.evolution.economy import Economy, spend
from dean_provider.services.evolution.evaluation.evaluator import Array, Evaluator, Task
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.lookup import completed_trial
from dean_provider.services.evolution.once import Once
from dean_provider.services.evolution.registry import pattern_row
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import MeasurementRow, TrialRow
from dean_provider.services.store import Database

__all__ = ["MINIMUM_AGENTS", "PatternMeasurement"]

MINIMUM_AGENTS = 30
_MOST_GENERATIONS = 200


class PatternMeasurement:
    """Answers the measurement operation.

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

    def measure(self, request: MeasurePattern) -> Pattern:
        """Measure a pattern on a trial's agents, or find what was measured."""
        key = f"{request.pattern_id}|{request.trial_id}"
        return self._once.do(key, lambda: self._stored(request), lambda: self._make(request))

    def _stored(self, request: MeasurePattern) -> Pattern | None:
        with self.database.read() as session:
            row = session.get(MeasurementRow, (request.pattern_id, request.trial_id))
            if row is None:
                return None
            pattern = shown_pattern(pattern_row(session, request.pattern_id))
        measured = Effectiveness.model_validate(row.effectiveness)
        return pattern.model_copy(update={"effectiveness": measured, "status": PatternStatus(row.status)})

    def _make(self, request: MeasurePattern) -> Pattern:
        with self.database.read() as session:
            pattern = shown_pattern(pattern_row(session, request.pattern_id))
            trial = completed_trial(session, request.trial_id)
        assert pattern.body is not None
        objective = load_objective(trial.objective, trial.config["objective_parameters"])
        genomes = self._lacking(objective, trial, pattern.body, request.agents)
        cost = 2 * len(genomes) * objective.tokens_per_evaluation
        with self.database.read() as session:
            self.economy.require(session, trial.trial_id, cost)
        rng = stream(trial.seed or 0, trial.current_generation, f"effectiveness:{pattern.pattern_id}")
        imposed = patterns.impose(objective.space, genomes, [pattern.body], rng)
        fitness = self._evaluate(objective, trial, np.concatenate((genomes, imposed)))
        found = patterns.effectiveness(fitness[len(genomes) :] - fitness[: len(genomes)])
        return self._store(request, found.model_copy(update={"agents": len(genomes), "tokens_used": cost}))

    def _lacking(self, objective: Objective, trial: TrialRow, body: PatternBody, wanted: int) -> Array:
        """Different genomes that lack the pattern, of the final population first, then back through its history.

        :raises InvalidStateError: there are too few.
        """
        found: dict[bytes, Array] = {}
        oldest = max(-1, trial.current_generation - _MOST_GENERATIONS)
        for generation in range(trial.current_generation, oldest, -1):
            here = GenerationRef(population_id=trial.population_id, generation=generation)
            genomes = np.array(self.indexagent.call(operations.READ_GENERATION, here).genomes, dtype=np.float64)
            for genome in genomes[~patterns.matches(objective.space, genomes, body)]:
                found.setdefault(genome.tobytes(), genome)
            if len(found) >= wanted:
                break
        if len(found) < MINIMUM_AGENTS:
            raise InvalidStateError(
                f"Only {len(found)} different agents of trial {trial.trial_id!r} lack the pattern; a measurement needs {MINIMUM_AGENTS}.",
                details={"trial_id": trial.trial_id, "agents": len(found), "needed": MINIMUM_AGENTS},
                suggestions=["Measure it on another trial of the same objective."],
            )
        return np.array(list(found.values())[:wanted])

    def _evaluate(self, objective: Objective, trial: TrialRow, genomes: Array) -> Array:
        task = Task(
            trial_id=trial.trial_id,
            generation=trial.current_generation,
            objective=trial.objective,
            parameters=trial.config["objective_parameters"],
            genomes=genomes,
            positions=range(len(genomes)),
            agent_ids=[""] * len(genomes),
            instances="validation" if objective.instance_counts.get("validation") else "train",
        )
        return self.evaluator.evaluate(task, self.closing).fitness

    def _store(self, request: MeasurePattern, found: Effectiveness) -> Pattern:
        status = PatternStatus.ACCEPTED if found.low > 0 else PatternStatus.REFUSED
        with self.database.write() as session:
            row = pattern_row(session, request.pattern_id)
            row.status = status.value
            row.effectiveness = found.model_dump(mode="json")
            at = self.now()
            session.add(
                MeasurementRow(
                    pattern_id=request.pattern_id,
                    trial_id=request.trial_id,
                    status=status.value,
                    effectiveness=row.effectiveness,
                    measured_at=at,
                )
            )
            spend(session, request.trial_id, "measurement", tokens=found.tokens_used, evaluations=2 * found.agents, at=at)
            return shown_pattern(row)
