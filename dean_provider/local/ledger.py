"""What a supervisor started, written down so that others can clean up after it, and the lock that makes it the only one.

The ledger is a JSON file in the run's home: the run's id, the processes with their start times, and folders outside the home that
go with the run. It is written before a process is relied on and removed after the last one is gone: a ledger without a live
supervisor means that one died.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import IO, Any

import psutil

from dean_provider.errors import ConfigurationError
from dean_provider.local.calling import option
from dean_provider.local.identity import Identity, kill_all

__all__ = ["Ledger", "Lock"]

FILE = "ledger.json"


class Ledger:
    """The record of one run.

    :param home: the run's home.
    :param run: the run's id.
    """

    def __init__(self, home: Path, run: str, started: dict[str, Identity] | None = None, folders: list[Path] | None = None) -> None:
        self.path = home / FILE
        self.run = run
        self.started = started if started is not None else {}
        self.folders = folders if folders is not None else []

    @classmethod
    def read(cls, home: Path) -> Ledger | None:
        """The record an earlier run left, or ``None``; an unreadable one is none."""
        try:
            data: dict[str, Any] = json.loads((home / FILE).read_text())
            started = {
                name: Identity(int(entry["pid"]), float(entry["started"]), int(entry["signal"])) for name, entry in data["started"].items()
            }
            return cls(home, str(data["run"]), started, [Path(folder) for folder in data["folders"]])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def add(self, name: str, pid: int, death_signal: int = signal.SIGKILL) -> None:
        """Note that process ``pid`` runs as ``name``; one that is gone already is not noted.

        :param death_signal: what ends it for good.
        """
        try:
            self.started[name] = Identity.of(pid, death_signal)
        except psutil.NoSuchProcess:
            self.started.pop(name, None)
        self._write()

    def add_folder(self, folder: Path) -> None:
        """Note a folder outside the home that is removed with the run."""
        self.folders.append(folder)
        self._write()

    def _write(self) -> None:
        text = json.dumps(
            {
                "run": self.run,
                "started": {
                    name: {"pid": each.pid, "started": each.started, "signal": each.death_signal} for name, each in self.started.items()
                },
                "folders": [str(folder) for folder in self.folders],
            },
            indent=1,
        )
        new = self.path.with_suffix(".new")
        new.write_text(text)
        new.replace(self.path)

    def sweep(self) -> int:
        """Kill what is left of the run, remove its folders and the record. Returns how many processes were killed."""
        killed = kill_all(self.run, self.started.values())
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
        self.path.unlink(missing_ok=True)
        return killed


class Lock:
    """One run at a time in a home. The kernel releases it when its holder dies, however that happens."""

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._file: IO[str] | None = None

    def acquire(self, *, wait_seconds: float = 0.0) -> None:
        """:raises ConfigurationError: naming the holder, when it is held for longer than ``wait_seconds``."""
        file = self._path.open("a+")
        until = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < until:
                    time.sleep(0.1)
                    continue
                file.seek(0)
                holder = file.read().strip() or "unknown"
                file.close()
                raise ConfigurationError(
                    f"Another run (pid {holder}) uses {self._path.parent}.",
                    details={"field": "home", "value": str(self._path.parent), "pid": holder},
                    suggestions=[f"Stop it first, or choose another home with {option('--home DIR')}."],
                ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next one in."""
        if self._file:
            self._file.close()
            self._file = None
