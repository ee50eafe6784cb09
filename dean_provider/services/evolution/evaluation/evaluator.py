"""What a trial needs of whoever evaluates its agents, and the evaluator that uses the pool."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dean_provider.services.evolution.evaluation.pool import Batch, WorkerPool

__all__ = ["Evaluated", "Evaluator", "Interrupted", "OutOfTime", "PoolEvaluator", "Task"]

_GLANCE_SECONDS = 0.05
Array = npt.NDArray[np.float64]


class Interrupted(Exception):  # noqa: N818  an event, not an error
    """The trial was told to stop, or the service stops."""


class OutOfTime(Exception):  # noqa: N818  an event, not an error
    """Others were waited for, and the trial's running time is over."""


@dataclass(frozen=True)
class Task:
    """Agents to evaluate.

    :param genomes: shape (agents, genes).
    :param positions: their positions in the generation, in the same order.
    :param agent_ids: their ids, in the same order.
    :param seconds: how long an evaluator that waits for others may wait for them; ``None`` for ever.
    """

    trial_id: str
    generation: int
    objective: str
    parameters: dict[str, Any]
    genomes: Array
    positions: Sequence[int]
    agent_ids: Sequence[str]
    instances: str = "train"
    seconds: float | None = None


@dataclass(frozen=True)
class Evaluated:
    """Fitness in the order of the task, and how many batches had to be repeated."""

    fitness: Array
    retries: int = 0


class Evaluator(Protocol):
    """Gives agents their fitness."""

    def evaluate(self, task: Task, interrupt: threading.Event) -> Evaluated:
        """Evaluate all agents of ``task``.

        :raises EvaluationError: a batch failed for good.
        :raises Interrupted: as soon as ``interrupt`` is set.
        :raises OutOfTime: others evaluate, and did not in the time the task gives them.
        """


class PoolEvaluator:
    """Splits the agents over the workers of a pool.

    :param batch_size: agents per batch; an even share for each worker when ``None``.
    """

    def __init__(self, pool: WorkerPool, batch_size: int | None = None) -> None:
        self.pool = pool
        self.batch_size = batch_size

    def _parts(self, genomes: Array) -> list[Array]:
        count = self.pool.size if self.batch_size is None else -(-len(genomes) // self.batch_size)
        return np.array_split(genomes, max(1, min(count, len(genomes))))

    def evaluate(self, task: Task, interrupt: threading.Event) -> Evaluated:
        if len(task.genomes) == 0:
            return Evaluated(np.empty(0))
        done = threading.Semaphore(0)
        batches = [self._batch(task, part, done) for part in self._parts(task.genomes)]
        for batch in batches:
            self.pool.submit(batch)
        try:
            self._await(batches, done, interrupt)
        except BaseException:
            for batch in batches:
                self.pool.cancel(batch)
            raise
        fitness = np.concatenate([np.frombuffer(batch.answer, dtype="<f8") for batch in batches])
        return Evaluated(fitness, sum(batch.retries for batch in batches))

    @staticmethod
    def _batch(task: Task, part: Array, done: threading.Semaphore) -> Batch:
        header = {
            "do": "evaluate",
            "objective": task.objective,
            "parameters": task.parameters,
            "instances": task.instances,
            "shape": list(part.shape),
        }
        about = f"A batch of {len(part)} agents of generation {task.generation}"
        return Batch(header, np.ascontiguousarray(part, dtype="<f8").tobytes(), done.release, about)

    @staticmethod
    def _await(batches: list[Batch], done: threading.Semaphore, interrupt: threading.Event) -> None:
        for _ in batches:
            while not done.acquire(timeout=_GLANCE_SECONDS):
                if interrupt.is_set():
                    raise Interrupted
            failed = next((batch.error for batch in batches if batch.error is not None), None)
            if failed is not None:
                raise failed
