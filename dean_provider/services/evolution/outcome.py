"""Which agent a trial ends with: decided by the engine on train and validation instances only."""

from __future__ import annotations

import threading

import numpy as np

from dean_provider.contract.population import PopulationGeneration
from dean_provider.contract.trial import Scores
from dean_provider.engine import outcome
from dean_provider.engine.objectives import Objective
from dean_provider.services.evolution.evaluation.evaluator import Array, Evaluator, Task
from dean_provider.services.evolution.records import Outcome, Progress

__all__ = ["decide"]


def decide(objective: Objective, progress: Progress, last: PopulationGeneration, judge: Evaluator, interrupt: threading.Event) -> Outcome:
    """The outcome of a trial whose final generation is ``last``.

    :raises EvaluationError: the finalists could not be evaluated.
    :raises Interrupted: as soon as ``interrupt`` is set.
    """
    genomes = np.array(last.genomes, dtype=np.float64)
    positions = outcome.finalists(genomes, progress.fitness)
    held_out = None
    if objective.instance_counts.get("validation"):
        held_out = judge.evaluate(_finals(progress, last, genomes, positions), interrupt).fitness
    winner = outcome.choose(positions, progress.fitness, held_out)
    validation = None if held_out is None else objective.metric_of(float(held_out[positions.index(winner)]))
    evaluations = 0 if held_out is None else len(positions)
    return Outcome(
        agent_id=last.agent_ids[winner],
        genome=genomes[winner],
        scores=Scores(train=objective.metric_of(float(progress.fitness[winner])), validation=validation),
        tokens=evaluations * objective.tokens_per_evaluation,
        evaluations=evaluations,
    )


def _finals(progress: Progress, last: PopulationGeneration, genomes: Array, positions: list[int]) -> Task:
    """The finalists, to be evaluated on validation instances."""
    return Task(
        trial_id=progress.trial_id,
        generation=progress.generation,
        objective=progress.config.objective,
        parameters=dict(progress.config.objective_parameters),
        genomes=genomes[positions],
        positions=positions,
        agent_ids=[last.agent_ids[position] for position in positions],
        instances="validation",
    )
