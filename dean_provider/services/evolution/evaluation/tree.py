"""A worker together with everything it started, also what has left its session or outlived it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

__all__ = ["MARK", "WorkerTree"]

MARK = "DEAN_WORKER"
"""Environment variable that a worker has and hands down: by it what outlives the worker is found."""
_END_SECONDS = 5.0
_GLANCE_SECONDS = 0.01


class WorkerTree:
    """Watches and ends the processes of one worker.

    On Linux the worker adopts what its children leave behind (it is a *subreaper*), so while it exists the tree below it is complete.

    :param mark: value of :data:`MARK` in the worker's environment.
    """

    def __init__(self, pid: int, mark: str) -> None:
        self._worker = psutil.Process(pid)
        self._mark = mark

    def exceeds(self, limit: int) -> bool:
        """Whether the worker and what it started hold more than ``limit`` bytes together, memory they share counted once.

        A worker that has started nothing is not looked at: its own address space is bounded by the kernel.
        """
        return not self._childless() and self._sum(_resident) > limit and self._sum(_proportional) > limit

    def end_offspring(self) -> None:
        """Kill what the worker started; the worker itself is held still meanwhile, so that nothing is added."""
        with suppress(psutil.Error):
            self._worker.suspend()
        deadline = time.monotonic() + _END_SECONDS
        while (found := list(self._offspring())) and time.monotonic() < deadline:
            for process in found:
                with suppress(psutil.Error):
                    process.kill()
            time.sleep(_GLANCE_SECONDS)

    def _offspring(self) -> Iterator[psutil.Process]:
        """What runs below the worker; all that carries its mark where that does not tell everything."""
        adopts = sys.platform == "linux" and _runs(self._worker)
        if adopts and self._childless():
            return
        found = self._children() if adopts else [process for process in psutil.process_iter() if self._is_marked(process)]
        yield from (process for process in found if _runs(process))

    def _children(self) -> list[psutil.Process]:
        try:
            return self._worker.children(recursive=True)
        except psutil.Error:
            return []

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return process.pid != self._worker.pid and process.environ().get(MARK) == self._mark
        except (psutil.Error, OSError):
            return False

    def _childless(self) -> bool:
        """Linux tells it at once; elsewhere ``False``, and all processes are looked through."""
        try:
            listed = list(Path(f"/proc/{self._worker.pid}/task").glob("*/children"))
            return bool(listed) and not any(path.read_text() for path in listed)
        except OSError:
            return False

    def _sum(self, size: Callable[[psutil.Process], int]) -> int:
        total = 0
        for process in [self._worker, *self._children()]:
            with suppress(psutil.Error):
                total += size(process)
        return total


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    return int(process.memory_info().rss)


def _proportional(process: psutil.Process) -> int:
    """A page that several share counts for each in part; where the system does not tell, only what is a process's own."""
    told = process.memory_full_info()
    return int(getattr(told, "pss", told.uss))
