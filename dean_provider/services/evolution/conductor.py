"""Which trials run: a bounded number at once, the rest in the order they came; after a restart, those that were in motion."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from dean_provider.contract.trial import TrialStatus
from dean_provider.errors import DeanError, ServiceFailureError
from dean_provider.services.evolution.evaluation.evaluator import Interrupted
from dean_provider.services.evolution.records import Records
from dean_provider.services.evolution.run import Run
from dean_provider.services.evolution.tables import TrialRow

__all__ = ["Conductor"]

_log = structlog.get_logger(__name__)
_DATABASE_PAUSE_SECONDS = 1.0
RunFactory = Callable[[str, threading.Event], Run]


class Conductor:
    """Gives trials their threads.

    :param make_run: makes the run of a trial, given its interrupt.
    :param max_running: trials that run at once.
    """

    def __init__(self, records: Records, make_run: RunFactory, max_running: int) -> None:
        self.records = records
        self.make_run = make_run
        self.max_running = max_running
        self._lock = threading.Lock()
        self._queue: deque[str] = deque()
        self._running: dict[str, threading.Event] = {}
        self._again: set[str] = set()
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def recover(self) -> None:
        """Take up the trials that were running or pending when the service ended; paused and stopped ones stay as they are."""
        with self.records.database.write() as session:
            session.execute(
                update(TrialRow).where(TrialRow.status == TrialStatus.RUNNING.value).values(resumptions=TrialRow.resumptions + 1)
            )
            moving = (TrialStatus.RUNNING.value, TrialStatus.PENDING.value)
            query = select(TrialRow.trial_id).where(TrialRow.status.in_(moving))
            found = list(session.scalars(query.order_by(TrialRow.status.desc(), TrialRow.number)))
        for trial_id in found:
            _log.info("trial taken up", trial_id=trial_id)
            self.submit(trial_id)

    def submit(self, trial_id: str) -> None:
        """Let a trial move when its turn comes; one that is moving or waiting already keeps its place."""
        with self._lock:
            if trial_id in self._running:
                self._again.add(trial_id)  # its run may be about to end
            elif trial_id not in self._queue:
                self._queue.append(trial_id)
            self._fill()

    def interrupt(self, trial_id: str) -> None:
        """End a trial's run as soon as possible."""
        with self._lock:
            self._again.discard(trial_id)
            if trial_id in self._queue:
                self._queue.remove(trial_id)
            if trial_id in self._running:
                self._running[trial_id].set()

    def running(self) -> int:
        """Trials that run now."""
        with self._lock:
            return len(self._running)

    def close(self, seconds: float) -> None:
        """Interrupt every run and wait for it; the trials stay as stored and are taken up at the next start.

        :param seconds: how long to wait for those that hear nothing because a call hangs.
        """
        deadline = time.monotonic() + seconds
        with self._lock:
            self._closed = True
            self._queue.clear()
            threads = list(self._threads)
            for event in self._running.values():
                event.set()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _fill(self) -> None:
        while self._queue and len(self._running) < self.max_running and not self._closed:
            trial_id, event = self._queue.popleft(), threading.Event()
            self._running[trial_id] = event
            thread = threading.Thread(target=self._conduct, args=(trial_id, event), name=f"trial-{trial_id}", daemon=True)
            self._threads.add(thread)
            thread.start()

    def _conduct(self, trial_id: str, interrupt: threading.Event) -> None:
        structlog.contextvars.bind_contextvars(trial_id=trial_id)
        try:
            while not self._attempt(trial_id, interrupt):
                if interrupt.wait(_DATABASE_PAUSE_SECONDS):
                    break
        except Exception:  # noqa: BLE001  a trial's thread never takes the service down
            _log.exception("trial abandoned; it is taken up again at the next start")
        finally:
            self._ended(trial_id)

    def _ended(self, trial_id: str) -> None:
        with self._lock:
            del self._running[trial_id]
            self._threads.discard(threading.current_thread())
            if trial_id in self._again:
                self._again.discard(trial_id)
                self._queue.append(trial_id)
            self._fill()

    def _attempt(self, trial_id: str, interrupt: threading.Event) -> bool:
        """Run a trial once; whether that was all. A database that is away is waited for."""
        try:
            if self.records.begin(trial_id):
                self._run(trial_id, interrupt)
        except (OperationalError, InterfaceError) as error:
            _log.warning("waiting for the database", why=str(error.orig))
            return False
        return True

    def _run(self, trial_id: str, interrupt: threading.Event) -> None:
        elapsed = 0.0
        try:
            run = self.make_run(trial_id, interrupt)
            structlog.contextvars.bind_contextvars(request_id=run.progress.request_id)
            _log.info("trial runs", generation=run.progress.generation)
            try:
                run()
            finally:
                elapsed = run.elapsed()
            _log.info("trial completed", generation=run.progress.generation)
        except Interrupted:
            _log.info("trial interrupted")
            self.records.note_elapsed(trial_id, elapsed)
        except (OperationalError, InterfaceError):
            raise
        except DeanError as error:
            _log.warning("trial failed", error=error.message, code=error.error_code)
            self.records.fail(trial_id, error, elapsed)
        except Exception as error:  # noqa: BLE001  a crash of one trial is that trial's failure
            _log.exception("trial crashed")
            what = ServiceFailureError(f"The trial crashed with {type(error).__name__}; the service's log has the cause.")
            self.records.fail(trial_id, what, elapsed)
