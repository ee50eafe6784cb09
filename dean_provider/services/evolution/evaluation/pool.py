"""The pool: a thread for each worker process takes batches from one queue, and starts the process anew when it is lost."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from structlog import get_logger

from dean_provider.errors import EvaluationError
from dean_provider.services.evolution.evaluation.process import WorkerLost, WorkerProcess

__all__ = ["Batch", "WorkerPool"]

_log = get_logger(__name__)


@dataclass(eq=False)
class Batch:
    """A question for a worker, and what became of it.

    :param on_done: called once it has an answer or an error.
    :param retries: how often it had to be repeated.
    """

    header: dict[str, Any]
    payload: bytes
    on_done: Callable[[], None]
    about: str = ""
    answer: bytes = b""
    error: EvaluationError | None = None
    retries: int = 0
    cancelled: bool = False
    worker: WorkerProcess | None = field(default=None, repr=False)


class WorkerPool:
    """Runs batches in ``size`` worker processes.

    :param seconds: wall time of a batch.
    :param memory_bytes: address space of a worker.
    :param retries: how often a batch is repeated before it fails.
    """

    def __init__(self, size: int, *, seconds: float, memory_bytes: int, retries: int) -> None:
        self.size = size
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self.retries = retries
        self._waiting: deque[Batch] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._workers: dict[int, WorkerProcess] = {}
        self._doomed: set[WorkerProcess] = set()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the workers; batches wait until one is ready."""
        for slot in range(self.size):
            thread = threading.Thread(target=self._work, args=(slot,), name=f"worker-{slot}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def submit(self, batch: Batch) -> None:
        """Queue a batch."""
        with self._changed:
            self._waiting.append(batch)
            self._changed.notify()

    def cancel(self, batch: Batch) -> None:
        """Forget a batch; a worker that is busy with it is killed, so that the next one starts at once.

        From here on it is given no other batch: it may be done with this one before it is dead.
        """
        with self._changed:
            batch.cancelled = True
            worker = batch.worker
            if worker is not None:
                self._doomed.add(worker)
        if worker is not None:
            worker.kill()

    def alive(self) -> int:
        """Worker processes that run."""
        with self._changed:
            return sum(worker.alive for worker in self._workers.values())

    def pids(self) -> list[int]:
        """Process ids of the workers that run."""
        with self._changed:
            return [worker.pid for worker in self._workers.values() if worker.alive]

    def close(self) -> None:
        """Kill the workers and end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            workers = list(self._workers.values())
        for worker in workers:
            worker.kill()
        for thread in self._threads:
            thread.join()

    def _take(self) -> Batch | None:
        with self._changed:
            while True:
                while self._waiting and self._waiting[0].cancelled:
                    self._waiting.popleft()
                if self._closed or self._waiting:
                    return None if self._closed else self._waiting.popleft()
                self._changed.wait()

    def _worker(self, slot: int) -> WorkerProcess:
        """The slot's worker; in place of one that is dead or about to be, a new one. Only the slot's own thread asks."""
        with self._changed:
            worker = self._workers.get(slot)
            if worker is not None and (self._closed or (worker.alive and worker not in self._doomed)):
                return worker
        if worker is not None:
            worker.kill()
        fresh = WorkerProcess(self.memory_bytes)
        with self._changed:
            if worker is not None:
                self._doomed.discard(worker)
            self._workers[slot] = fresh
            closed = self._closed
        if closed:  # whoever closed the pool did not see it
            fresh.kill()
        return fresh

    def _work(self, slot: int) -> None:
        self._warm(slot)
        while (batch := self._take()) is not None:
            try:
                self._run(slot, batch)
            except Exception as error:  # noqa: BLE001  a worker's thread outlives whatever goes wrong with a batch
                _log.exception("worker thread failed", slot=slot)
                batch.error = EvaluationError(f"{batch.about} could not be evaluated: {type(error).__name__}.")
                batch.on_done()
            self._warm(slot)

    def _warm(self, slot: int) -> None:
        """Have a process ready before the next batch comes."""
        try:
            self._worker(slot)
        except OSError:
            _log.exception("worker did not start", slot=slot)

    def _abandoned(self, batch: Batch) -> bool:
        return batch.cancelled or self._closed

    def _run(self, slot: int, batch: Batch) -> None:
        worker = self._worker(slot)
        with self._changed:
            if self._abandoned(batch):
                return
            batch.worker = worker
        try:
            reply, payload = worker.ask(batch.header, batch.payload, self.seconds)
        except WorkerLost as lost:
            reply, payload = {"ok": False, "kind": lost.kind, "message": lost.why}, b""
        with self._changed:
            batch.worker = None
            if self._abandoned(batch):
                return
        if reply["ok"]:
            batch.answer = payload
            batch.on_done()
        else:
            if reply["kind"] == "memory":
                worker.kill()
            self._failed(batch, reply)

    def _failed(self, batch: Batch, reply: dict[str, Any]) -> None:
        _log.warning(
            "batch failed", about=batch.about, kind=reply["kind"], why=reply["message"], retry=batch.retries, trace=reply.get("trace")
        )
        if batch.retries < self.retries:
            batch.retries += 1
            with self._changed:
                self._waiting.appendleft(batch)
                self._changed.notify()
            return
        batch.error = EvaluationError(
            f"{batch.about} could not be evaluated: {reply['message']}.",
            details={"kind": reply["kind"], "attempts": batch.retries + 1, "objective": batch.header["objective"]},
            suggestions=_SUGGESTIONS.get(reply["kind"], []),
        )
        batch.on_done()


_SUGGESTIONS = {
    "time": [
        "Make the objective faster, the batches smaller (DEAN_EVOLUTION_BATCH_SIZE), or DEAN_EVOLUTION_EVALUATION_TIMEOUT_SECONDS larger."
    ],
    "memory": ["Make the batches smaller (DEAN_EVOLUTION_BATCH_SIZE), or DEAN_EVOLUTION_EVALUATION_MEMORY_BYTES larger."],
    "died": ["Look for the cause in the service's log; the operating system may have killed it for its memory."],
    "raised": ["The service's log has the objective's own traceback."],
}
