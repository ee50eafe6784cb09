"""Which process is meant: a pid alone may be somebody else's by now."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from dean_provider.local.environment import RUN_MARKER

__all__ = ["Identity", "kill_all", "members"]

_CLOCK_SLACK_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True)
class Identity:
    """A process by pid and start time (seconds since the epoch), and the signal that ends it for good."""

    pid: int
    started: float
    death_signal: int = signal.SIGKILL

    @classmethod
    def of(cls, pid: int, death_signal: int = signal.SIGKILL) -> Identity:
        """:raises psutil.NoSuchProcess: when there is none."""
        return cls(pid, psutil.Process(pid).create_time(), int(death_signal))

    def process(self) -> psutil.Process | None:
        """The very process, if it still runs (a zombie does not)."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) <= _CLOCK_SLACK_SECONDS
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def _carries(process: psutil.Process, run: str) -> bool:
    try:
        return process.environ().get(RUN_MARKER) == run and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False


def _send(process: psutil.Process, number: int = signal.SIGKILL) -> bool:
    try:
        process.send_signal(number)
    except psutil.Error:
        return False
    return True


def _end_considerately(leaders: list[Identity]) -> int:
    """End those that have something of the system's to give back, which SIGKILL would not let them."""
    asked = [(found, leader.death_signal) for leader in leaders if leader.death_signal != signal.SIGKILL and (found := leader.process())]
    sent = sum(_send(process, number) for process, number in asked)
    psutil.wait_procs([process for process, _ in asked], timeout=_PATIENCE_SECONDS)
    return sent


def members(run: str, leaders: Iterable[Identity]) -> list[psutil.Process]:
    """Every process that belongs to a run: those that carry its marker, and the leaders and what descends from them.

    Airflow and the services start processes of their own, some in sessions of their own, and PostgreSQL writes over its
    environment: neither process groups nor the marker alone would find them all.
    """
    mine = os.getpid()
    found = {process.pid: process for process in psutil.process_iter() if process.pid != mine and _carries(process, run)}
    for leader in leaders:
        process = leader.process()
        if process is None:
            continue
        found[process.pid] = process
        try:
            found.update({child.pid: child for child in process.children(recursive=True)})
        except psutil.Error:
            continue
    return list(found.values())


def kill_all(run: str, leaders: Iterable[Identity], *, rounds: int = 5) -> int:
    """Kill everything that belongs to a run and wait until it is gone.

    :param rounds: how often to look again: a process may have started another one meanwhile.
    :returns: how many processes were killed.
    """
    leaders = list(leaders)
    killed = _end_considerately(leaders)
    for _ in range(rounds):
        left = members(run, leaders)
        if not left:
            break
        killed += sum(map(_send, left))
        psutil.wait_procs(left, timeout=3)
    return killed
