from __future__ import annotations

import threading

import pytest

from dean_provider.services.evolution.evaluation import pool as pools
from dean_provider.services.evolution.evaluation.pool import Batch, WorkerPool
from dean_provider.services.evolution.evaluation.process import WorkerLost

SECONDS = 10


class Worker:
    """A worker that answers a batch when that may be, unless it was killed meanwhile."""

    made: list[Worker]
    on_kill = staticmethod(lambda: None)

    def __init__(self, memory_bytes):
        self.killed = threading.Event()
        self.made.append(self)

    @property
    def alive(self):
        return not self.killed.is_set()

    def ask(self, header, payload, seconds):
        header["asked"].set()
        assert header["may_answer"].wait(SECONDS)
        if self.killed.is_set():
            raise WorkerLost("died", "its process was killed")
        return {"ok": True}, b"answer"

    def kill(self):
        if threading.current_thread() is threading.main_thread():
            self.on_kill()
        self.killed.set()


class Question:
    """A batch, how far it is, and when a worker may answer it."""

    def __init__(self):
        self._asked, self._may_answer, self._done = threading.Event(), threading.Event(), threading.Event()
        header = {"objective": "o", "asked": self._asked, "may_answer": self._may_answer}
        self.batch = Batch(header, b"", self._done.set)

    def asked(self):
        assert self._asked.wait(SECONDS)

    def let_answer(self):
        self._may_answer.set()

    def done(self):
        assert self._done.wait(SECONDS)
        return self.batch


@pytest.fixture
def pool(monkeypatch):
    """A pool of one worker, that repeats nothing."""
    monkeypatch.setattr(Worker, "made", [], raising=False)
    monkeypatch.setattr(pools, "WorkerProcess", Worker)
    made = WorkerPool(1, seconds=1, memory_bytes=1, retries=0)
    made.start()
    yield made
    made.close()


def test_a_cancelled_batch_has_its_worker_killed_and_the_next_one_has_another(pool):
    first, second = Question(), Question()
    pool.submit(first.batch)
    first.asked()
    pool.cancel(first.batch)
    first.let_answer()
    pool.submit(second.batch)
    second.let_answer()
    assert (second.done().error, second.batch.answer) == (None, b"answer")
    assert [worker.alive for worker in Worker.made] == [False, True]


def test_a_cancel_kills_no_worker_of_another_batch(pool, monkeypatch):
    """The worker is done with the cancelled batch, and the next one is in a worker's hands, before the kill comes."""
    first, second = Question(), Question()
    pool.submit(first.batch)
    first.asked()
    pool.submit(second.batch)

    def late():
        first.let_answer()
        second.asked()

    monkeypatch.setattr(Worker, "on_kill", staticmethod(late))
    pool.cancel(first.batch)
    second.let_answer()
    assert second.done().error is None


def test_a_worker_that_starts_while_the_pool_closes_is_killed(monkeypatch):
    closing, started = threading.Event(), threading.Event()

    class Slow(Worker):
        def __init__(self, memory_bytes):
            started.set()
            assert closing.wait(SECONDS)
            super().__init__(memory_bytes)

    monkeypatch.setattr(Worker, "made", [], raising=False)
    monkeypatch.setattr(pools, "WorkerProcess", Slow)
    pool = WorkerPool(1, seconds=1, memory_bytes=1, retries=0)
    pool.start()
    assert started.wait(SECONDS)
    thread = threading.Thread(target=pool.close)
    thread.start()
    while not pool._closed:
        assert thread.is_alive()
    closing.set()
    thread.join(SECONDS)
    assert [worker.alive for worker in Worker.made] == [False]
