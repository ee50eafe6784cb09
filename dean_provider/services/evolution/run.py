"""One trial in motion: ask IndexAgent for a generation, have it evaluated, commit it, decide whether to go on.

Everything random is keyed by (seed, generation), and every call to IndexAgent is idempotent by population and generation, so a run
may end anywhere and another one goes on from the last committed generation to the same digest.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from structlog import get_logger

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import Breed, GenerationRef, PopulationGeneration, PopulationRef, RecordFitness
from dean_provider.contract.trial import TerminationReason, TrialStatus
from dean_provider.engine import digest
from dean_provider.engine.evolve import generation_cost, outcome_cost, policy_of
from dean_provider.engine.objectives import Objective, load_objective
from dean_provider.engine.selection import select
from dean_provider.engine.termination import reason_to_stop
from dean_provider.errors import BudgetExhaustedError, DeanError, EvaluationError, InvalidResponseError
from dean_provider.services.evolution.background import in_background
from dean_provider.services.evolution.evaluation.evaluator import Array, Evaluator, Interrupted, OutOfTime, Task
from dean_provider.services.evolution.fit import require_fit
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.outcome import decide
from dean_provider.services.evolution.patience import Patience
from dean_provider.services.evolution.records import Progress, Records

__all__ = ["Run"]

_log = get_logger(__name__)
_GLANCE_SECONDS = 0.1
_ENDING_SECONDS = 10.0
"""How long tokens for generation 0 are waited for, which were there when the trial was let in."""
_TELLING_SECONDS = 5.0
"""How long IndexAgent is waited for at least, when all that is missing is that it hears of the last fitness."""


class Run:
    """Moves one trial until it ends, is stopped or is paused.

    :param evaluator: gives agents their fitness.
    :param judge: evaluates the finalists on validation instances, always in the service.
    :param interrupt: set to end the run as soon as possible, leaving the trial as it is stored.
    :param patience_seconds: how long IndexAgent is waited for at a time.
    :param closing: set when the service stops, whatever else of it still runs.
    """

    def __init__(
        self,
        trial_id: str,
        records: Records,
        indexagent: IndexAgentClient,
        *,
        evaluator: Evaluator,
        judge: Evaluator,
        interrupt: threading.Event,
        patience_seconds: float,
        closing: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trial_id = trial_id
        self.records = records
        self.indexagent = indexagent
        self.evaluator = evaluator
        self.judge = judge
        self.interrupt = interrupt
        self.closing = closing or threading.Event()
        self.clock = clock
        self.patience = Patience(
            patience_seconds,
            lambda why: records.note_waiting(trial_id, why),
            clock,
            may_wait=lambda: records.status(trial_id) is TrialStatus.RUNNING,
        )
        self.progress = records.load(trial_id)
        self._started = clock()
        self._base = self.progress.elapsed_seconds
        self._newest: PopulationGeneration | None = None

    def elapsed(self) -> float:
        """Running time of the trial (seconds), pauses and downtime excluded."""
        return self._base + self.clock() - self._started

    def _deadline(self) -> float:
        """When, by the run's clock, the running time is over; never, as long as there is no generation to end with."""
        if self.progress.generation < 0:
            return math.inf
        return self._started + self.progress.config.max_time_seconds - self._base

    def __call__(self) -> None:
        """Run.

        :raises Interrupted: the trial was stopped or paused, or the service stops.
        :raises DeanError: the trial cannot go on.
        """
        config = self.progress.config
        objective = load_objective(config.objective, dict(config.objective_parameters))
        self._check_population(objective)
        reason, bred = self._reason(objective), None
        if reason is None:
            reason, bred = self._in_time(self._next)
        while bred is not None:
            reason, bred = self._step(objective, bred)
        if reason is not None:
            self._finish(objective, reason)

    def _call(self, operation: Any, request: Any, interrupt: threading.Event | None = None, until: float = math.inf) -> Any:
        """Have IndexAgent do something, however long it is away.

        :param interrupt: ends the wait; the run's own unless given. So does a pause: it holds the trial where it is.
        :param until: when, by the run's clock, the wait is given up.
        """
        request_id = self.progress.request_id

        def ask() -> Any:
            left = max(_GLANCE_SECONDS, until - self.clock())
            return self.indexagent.call(operation, request, request_id=request_id, seconds=left)

        return self.patience.insist(ask, interrupt or self.interrupt, until)

    def _check_population(self, objective: Objective) -> None:
        """Before the first generation of its own, because perhaps nobody could when the trial was let in. Without a seed it takes its
        population's.

        :raises InvalidConfigurationError: the population does not fit the trial.
        """
        config = self.progress.config
        before_its_own = self.progress.shared.generation if self.progress.shared else -1
        if config.seed is not None and self.progress.generation > before_its_own:
            return
        population = self._call(operations.READ_POPULATION, PopulationRef(population_id=self.progress.population_id))
        require_fit(population, config, objective, self.progress.shared)
        if config.seed is None:
            self.records.note_seed(self.trial_id, population.seed)
            self.progress = replace(self.progress, config=config.model_copy(update={"seed": population.seed}))

    def _reason(self, objective: Objective, unpaid: int = 0) -> TerminationReason | None:
        """Why the trial ends at this boundary, if it does.

        :param unpaid: tokens of the newest generation, while it is not committed.
        :raises BudgetExhaustedError: the service's tokens do not reach for generation 0, without which there is no outcome.
        """
        progress = self.progress
        cost = generation_cost(progress.config, objective, progress.generation + 1)
        if progress.generation < 0:
            self._require_tokens(cost + outcome_cost(progress.config, objective))
        if progress.generation >= 0:
            found = reason_to_stop(
                progress.config,
                generation=progress.generation,
                best_history=progress.best_history,
                tokens_used=progress.tokens_used,
                next_cost=cost,
                elapsed_seconds=self.elapsed(),
            )
            if found is not None:
                return found
            left = self.records.tokens_left(self.trial_id)
            if left is not None and cost + outcome_cost(progress.config, objective) > left - unpaid:
                return TerminationReason.TOKEN_BUDGET
        return None

    def _require_tokens(self, tokens: int) -> None:
        """A trial that ends for want of tokens is promised its next generation until it has ended: others wait for that.

        :raises BudgetExhaustedError: they are not there even then.
        :raises Interrupted: the trial was stopped or paused.
        """
        until = self.clock() + _ENDING_SECONDS
        while True:
            try:
                return self.records.require_tokens(self.trial_id, tokens)
            except BudgetExhaustedError:
                if self.clock() >= until:
                    raise
            if self.interrupt.wait(_GLANCE_SECONDS):
                raise Interrupted

    def _next_cost(self, objective: Objective) -> int:
        """Tokens of the next generation, and of the outcome that may follow it."""
        config = self.progress.config
        return generation_cost(config, objective, self.progress.generation + 1) + outcome_cost(config, objective)

    def _next(self, interrupt: threading.Event | None = None) -> PopulationGeneration:
        """The next generation, made by IndexAgent; asking again finds it.

        :param interrupt: ends the wait for IndexAgent; the run's own unless given.
        :raises OutOfTime: the running time is over, and there is a generation to end with.
        """
        progress, generation = self.progress, self.progress.generation + 1
        if generation == 0:
            bred = self._call(operations.READ_GENERATION, GenerationRef(population_id=progress.population_id, generation=0), interrupt)
        else:
            elites, parents = select(progress.config, progress.fitness, seed=progress.seed, generation=generation)
            request = Breed(
                population_id=progress.population_id,
                generation=generation,
                seed=progress.seed,
                fitness=progress.fitness.tolist(),
                elites=elites,
                parents=parents.tolist(),
                mutation_rate=progress.config.mutation_rate,
                crossover_rate=progress.config.crossover_rate,
                intervention=policy_of(progress.config),
            )
            bred = self._call(operations.BREED, request, interrupt, self._deadline())
        if len(bred.genomes) != progress.config.population_size:
            raise InvalidResponseError(f"IndexAgent made {len(bred.genomes)} agents of {progress.config.population_size}.")
        self.records.probe("bred", self.trial_id, generation)
        found: PopulationGeneration = bred
        return found

    def _evaluate(self, genomes: Array, bred: PopulationGeneration) -> tuple[Array, int, int]:
        """Fitness of all agents, the number evaluated, and the batches repeated: elites keep what they have."""
        progress, config = self.progress, self.progress.config
        fitness = np.empty(len(genomes))
        kept = 0
        if bred.generation:
            elites, _ = select(config, progress.fitness, seed=progress.seed, generation=bred.generation)
            kept = len(elites)
            fitness[:kept] = progress.fitness[elites]
        task = Task(
            trial_id=self.trial_id,
            generation=bred.generation,
            objective=config.objective,
            parameters=dict(config.objective_parameters),
            genomes=genomes[kept:],
            positions=range(kept, len(genomes)),
            agent_ids=bred.agent_ids[kept:],
            seconds=max(0.0, config.max_time_seconds - self.elapsed()),
        )
        evaluated = self.evaluator.evaluate(task, self.interrupt)
        fitness[kept:] = evaluated.fitness
        return fitness, len(genomes) - kept, evaluated.retries

    def _step(self, objective: Objective, bred: PopulationGeneration) -> tuple[TerminationReason | None, PopulationGeneration | None]:
        """Evaluate and commit a generation; why the trial ends, or the next generation.

        The next generation is asked for while this one is being committed. Should the commit not happen, the next run evaluates this
        generation again to the same fitness and finds that same next generation.

        :raises Interrupted: the trial was stopped or paused.
        :raises EvaluationError: time was over before others had evaluated generation 0, so there is no outcome.
        """
        before = self.progress
        try:
            columns, retries = self._evaluated(objective, bred)
        except OutOfTime:
            return self._out_of_time(), None
        self.progress = _after(before, columns)
        self._newest = bred
        reason = self._reason(objective, unpaid=self.progress.tokens_used - before.tokens_used)
        given_up = threading.Event()
        ahead = in_background(partial(self._next, given_up), "breeding") if reason is None else None
        try:
            committed = self.records.commit(before, columns, retries, 0 if reason else self._next_cost(objective))
            if not committed.goes_on or self.interrupt.is_set():
                raise Interrupted
            if not committed.affordable:
                return TerminationReason.TOKEN_BUDGET, None
            return self._in_time(partial(self._arrived, ahead)) if ahead else (reason, None)
        finally:
            given_up.set()

    @staticmethod
    def _in_time(make: Callable[[], PopulationGeneration]) -> tuple[TerminationReason | None, PopulationGeneration | None]:
        """The next generation, or that the trial ends because IndexAgent stayed away for the rest of its time."""
        try:
            return None, make()
        except OutOfTime:
            return TerminationReason.MAX_TIME, None

    def _out_of_time(self) -> TerminationReason:
        """A trial whose evaluators stay away ends with what it has."""
        if self.progress.generation >= 0:
            return TerminationReason.MAX_TIME
        raise EvaluationError(
            f"Nobody returned all evaluations of generation 0 within max_time_seconds ({self.progress.config.max_time_seconds}).",
            details={"trial_id": self.trial_id, "max_time_seconds": self.progress.config.max_time_seconds},
            suggestions=["Have evaluators lease the trial's candidates, or set DEAN_EVOLUTION_EVALUATOR=pool."],
        )

    def _arrived(self, ahead: Future[PopulationGeneration]) -> PopulationGeneration:
        """What is made in the background, once it is there."""
        while not wait([ahead], timeout=_GLANCE_SECONDS).done:
            if self.interrupt.is_set():
                raise Interrupted
        return ahead.result()

    def _evaluated(self, objective: Objective, bred: PopulationGeneration) -> tuple[dict[str, Any], int]:
        """What is recorded of a generation, and how many batches were repeated."""
        progress = self.progress
        genomes = np.array(bred.genomes, dtype=np.float64)
        fitness, evaluations, retries = self._evaluate(genomes, bred)
        best = int(np.argmax(fitness))
        return {
            "generation": bred.generation,
            "fitness": fitness,
            "best_fitness": float(fitness[best]),
            "mean_fitness": float(fitness.mean()),
            "worst_fitness": float(fitness.min()),
            "diversity": bred.diversity,
            "best_agent_id": bred.agent_ids[best],
            "evaluations": evaluations,
            "tokens_used": progress.tokens_used + evaluations * objective.tokens_per_evaluation,
            "intervention": bred.intervention.model_dump(mode="json") if bred.intervention else None,
            "digest": digest.extend(progress.digest, genomes, fitness),
            "elapsed_seconds": self.elapsed(),
        }, retries

    def _finish(self, objective: Objective, reason: TerminationReason) -> None:
        """Choose the outcome on train and validation, let IndexAgent know the last fitness, and complete.

        Only genomes that a run before this one had are asked for once more; the outcome of all others needs no IndexAgent.
        """
        progress = self.progress
        here = GenerationRef(population_id=progress.population_id, generation=progress.generation)
        last = self._newest or self._call(operations.READ_GENERATION, here)
        outcome = decide(objective, progress, last, self.judge, self.interrupt)
        noted = RecordFitness(**here.model_dump(), fitness=progress.fitness.tolist())
        told = self._told(noted)
        self.records.complete(self.trial_id, reason, outcome, self.elapsed())
        if not told:
            self._tell_later(noted)

    def _told(self, noted: RecordFitness) -> bool:
        """Whether IndexAgent knows the last fitness, after a wait within the trial's time: no outcome is lost for want of that."""
        try:
            self._call(operations.RECORD_FITNESS, noted, until=max(self._deadline(), self.clock() + _TELLING_SECONDS))
        except OutOfTime:
            return False
        except DeanError as error:
            if not error.retryable:
                raise
            return False
        return True

    def _tell_later(self, noted: RecordFitness) -> None:
        """Let IndexAgent, which looks for patterns by it, know the last fitness of a completed trial once it is back."""
        _log.warning("trial completed without IndexAgent, which is told the last fitness when it is back", generation=noted.generation)
        patience = Patience(self.patience.seconds, lambda _: None, self.clock)
        tell = partial(self.indexagent.call, operations.RECORD_FITNESS, noted, request_id=self.progress.request_id)
        in_background(lambda: patience.insist(tell, self.closing), "telling")


def _after(before: Progress, columns: dict[str, Any]) -> Progress:
    """Where a trial stands with one more generation."""
    return replace(
        before,
        generation=columns["generation"],
        fitness=columns["fitness"],
        digest=columns["digest"],
        tokens_used=columns["tokens_used"],
        best_history=[*before.best_history, columns["best_fitness"]],
    )
