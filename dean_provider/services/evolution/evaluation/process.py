"""One worker process as its service sees it: started in its own session, asked with a deadline, killed with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any
from uuid import uuid4

from dean_provider.services.evolution.evaluation.frames import Closed, receive, send
from dean_provider.services.evolution.evaluation.tree import MARK, WorkerTree

__all__ = ["WorkerLost", "WorkerProcess"]

_MODULE = "dean_provider.services.evolution.evaluation.worker"
_START_SECONDS = 60.0
_EXIT_SECONDS = 2.0
_WATCH_SECONDS = 0.25
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_PRIVATE = ("DEAN_EVOLUTION_", "DEAN_INDEXAGENT_")


class WorkerLost(Exception):  # noqa: N818  an event, not an error of its own
    """The worker hung, died or could not start; ``why`` says so in a few words."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


def _environment(mark: str) -> dict[str, str]:
    """The service's own, without its secrets and with one thread per numerical library."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_PRIVATE)}
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), MARK: mark}


class WorkerProcess:
    """Starts at once; :meth:`ask` waits until it is ready.

    :param memory_bytes: address space of each of its processes, and what all of them together may hold.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        mark = uuid4().hex
        ours, theirs = socket.socketpair()
        read_end, self._lifeline = os.pipe()
        command = [sys.executable, "-m", _MODULE, str(theirs.fileno()), str(read_end), str(memory_bytes)]
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own module under our own interpreter
                command,
                stdin=subprocess.DEVNULL,
                stdout=2,  # what an objective prints belongs to the log
                env=_environment(mark),
                pass_fds=(theirs.fileno(), read_end),
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(read_end)
        self._tree = WorkerTree(self._process.pid, mark)
        self._channel = ours
        self._ready = False
        self._asking = threading.RLock()
        self._killing = threading.Lock()
        self._killed = False

    @property
    def pid(self) -> int:
        """Process id, which is also its group's and session's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return not self._killed and self._process.poll() is None

    def _await_ready(self) -> None:
        if not self._ready:
            receive(self._channel, time.monotonic() + _START_SECONDS)
            self._ready = True

    def ask(self, header: dict[str, Any], payload: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send a question and wait for its answer.

        :param seconds: wall time allowed, starting up not counted.
        :raises WorkerLost: no answer; the worker is dead afterwards.
        """
        with self._asking:
            return self._ask(header, payload, seconds)

    def _ask(self, header: dict[str, Any], payload: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        try:
            self._await_ready()
            deadline = time.monotonic() + seconds
            send(self._channel, header, payload, deadline)
            self._await_answer(deadline)
            return receive(self._channel, deadline)
        except TimeoutError:
            self.kill()
            raise WorkerLost("time", f"it took longer than {seconds:g} s" if self._ready else "its process did not start") from None
        except (OSError, ValueError):
            raise WorkerLost("died", self._ending()) from None

    def _await_answer(self, deadline: float) -> None:
        """Wait for the first byte, and look meanwhile at what the worker does.

        :raises TimeoutError: none came in time.
        :raises Closed: the worker is gone, even if something it started still holds the channel.
        :raises WorkerLost: it and what it started hold too much memory.
        """
        while True:
            left = deadline - time.monotonic()
            self._channel.settimeout(max(0.001, min(_WATCH_SECONDS, left)))
            try:
                self._channel.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                if left <= 0:
                    raise
                self._watch()
            else:
                return

    def _watch(self) -> None:
        if not self.alive:
            raise Closed("the worker is gone")
        if self._tree.exceeds(self._memory_bytes):
            self.kill()
            raise WorkerLost("memory", "its processes together need more memory than a worker may have")

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):  # the channel closes a moment before the process can be asked
            self._process.wait(_EXIT_SECONDS)
        self.kill()
        code = self._process.returncode
        if code < 0:
            return f"its process was killed by {signal.Signals(-code).name}"
        return f"its process ended with status {code}"

    def kill(self) -> None:
        """End the worker and whatever it started, and wait until it is gone; safe from any thread and more than once."""
        with self._killing:
            if self._killed:
                return
            self._killed = True
            self._process.poll()  # a worker that ended by itself keeps its own status
            self._tree.end_offspring()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            os.close(self._lifeline)
        with self._asking:  # whoever asks notices the end of the channel first
            self._channel.close()
