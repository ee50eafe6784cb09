"""What a pattern is worth, by intervention: impose it on agents that lack it and evaluate both on validation instances."""

from __future__ import annotations

import hashlib

import numpy as np

from dean_provider.contract.pattern import Effectiveness, MeasurePattern, Pattern, PatternBody, PatternStatus
from dean_provider.engine import patterns
from dean_provider.engine.objectives import Objective, load_objective
from dean_provider.engine.streams import stream
from dean_provider.errors import InvalidConfigurationError, InvalidStateError
from dean_provider.services.evolution.economy import spend
from dean_provider.services.evolution.evaluation.evaluator import Array
from dean_provider.services.evolution.lookup import completed_trial
from dean_provider.services.evolution.registry import pattern_row, verdict
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import MeasurementRow, TrialRow
from dean_provider.services.evolution.workshop import Workshop

__all__ = ["MINIMUM_AGENTS", "PatternMeasurement", "body_for"]

MINIMUM_AGENTS = 30
_MOST_GENERATIONS = 200


class PatternMeasurement:
    """Answers the measurement operation."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop

    def measure(self, request: MeasurePattern) -> Pattern:
        """Measure a pattern on a trial's agents, or find what was measured."""
        key = f"measure|{request.pattern_id}|{request.trial_id}"
        return self.workshop.once.do(key, lambda: self._stored(request), lambda: self._make(request))

    def _stored(self, request: MeasurePattern) -> Pattern | None:
        with self.workshop.database.read() as session:
            row = session.get(MeasurementRow, (request.pattern_id, request.trial_id))
            if row is None:
                return None
            pattern = shown_pattern(pattern_row(session, request.pattern_id))
        measured = Effectiveness.model_validate(row.effectiveness)
        status = pattern.status if pattern.quarantine is not None else PatternStatus(row.status)
        return pattern.model_copy(update={"effectiveness": measured, "status": status})

    def _make(self, request: MeasurePattern) -> Pattern:
        with self.workshop.database.read() as session:
            trial = completed_trial(session, request.trial_id)
            body = body_for(shown_pattern(pattern_row(session, request.pattern_id)), trial)
        objective = load_objective(trial.objective, trial.config["objective_parameters"])
        genomes = self._lacking(objective, trial, body, request.agents)
        cost = 2 * len(genomes) * objective.tokens_per_evaluation
        rng = stream(trial.seed or 0, trial.current_generation, _purpose(body))
        imposed = patterns.impose(objective.space, genomes, [body], rng)
        instances = "validation" if objective.instance_counts.get("validation") else "train"
        with self.workshop.economy.holding(trial.trial_id, cost):
            fitness = self.workshop.evaluate(trial, np.concatenate((genomes, imposed)), instances)
            found = patterns.effectiveness(fitness[len(genomes) :] - fitness[: len(genomes)])
            return self._store(request, found.model_copy(update={"agents": len(genomes), "tokens_used": cost}))

    def _lacking(self, objective: Objective, trial: TrialRow, body: PatternBody, wanted: int) -> Array:
        """Different genomes that lack the pattern, of the final population first, then back through its history.

        :raises InvalidStateError: there are too few.
        """
        found: dict[bytes, Array] = {}
        oldest = max(-1, trial.current_generation - _MOST_GENERATIONS)
        for generation in range(trial.current_generation, oldest, -1):
            genomes = np.array(self.workshop.generation(trial.population_id, generation).genomes, dtype=np.float64)
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

    def _store(self, request: MeasurePattern, found: Effectiveness) -> Pattern:
        status = PatternStatus.ACCEPTED if found.low > 0 else PatternStatus.REFUSED
        with self.workshop.database.write() as session:
            row = pattern_row(session, request.pattern_id)
            row.effectiveness = found.model_dump(mode="json")
            row.status = verdict(row).value
            at = self.workshop.now()
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


def _purpose(body: PatternBody) -> str:
    """Keyed by what the pattern says, not by ids: the same trial under another id measures the same."""
    return f"effectiveness:{hashlib.sha256(body.model_dump_json().encode()).hexdigest()}"


def body_for(pattern: Pattern, trial: TrialRow) -> PatternBody:
    """What a pattern says, when it says it of the trial's objective.

    :raises InvalidConfigurationError: it is another objective's.
    """
    if pattern.body is None or pattern.objective not in (None, trial.objective):
        rule = f"must be a pattern of objective {trial.objective}"
        problem = {"field": "pattern_id", "value": pattern.pattern_id, "rule": rule}
        raise InvalidConfigurationError(f"{pattern.pattern_id} {rule}.", details={"problems": [problem]})
    return pattern.body
