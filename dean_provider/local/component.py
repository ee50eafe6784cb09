"""One program the supervisor runs: what it is, and the running process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dean_provider.errors import ServiceFailureError
from dean_provider.local import child
from dean_provider.local.environment import clean_environment
from dean_provider.local.ledger import Ledger
from dean_provider.local.logfile import reason_in, tail

__all__ = ["Component", "Program"]


@dataclass(frozen=True)
class Program:
    """What to run.

    :param name: what people read, for example ``dag-processor``; also the log's name.
    :param environment: settings on top of the cleaned environment.
    :param stop_signal: what ends it in good order.
    :param death_signal: what ends it when nobody can ask it any more.
    :param stops_last: others need it until they have ended (a database).
    :param user: system user to run as, if not one's own.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stops_last: bool = False
    user: str | None = None


class Component:
    """A program under supervision: leader of its own session, tied to this process's life, its output in one log.

    :param inherited: the environment before cleaning.
    """

    def __init__(self, program: Program, *, ledger: Ledger, log: Path, cwd: Path, inherited: Mapping[str, str]) -> None:
        self.program = program
        self.log = log
        self._ledger = ledger
        self._cwd = cwd
        self._inherited = inherited
        self._process: subprocess.Popen[bytes] | None = None
        self._expected_end = False

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """Of the session's leader; ``None`` before the first start."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the session's leader lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Of the last process; negative for the signal that ended it, ``None`` while it runs."""
        return self._process.poll() if self._process else None

    @property
    def died(self) -> bool:
        """Whether it ended without having been asked to."""
        return self._process is not None and not self.running and not self._expected_end

    def start(self, stdout: IO[bytes] | None = None) -> None:
        """Start the program, again if it ran before.

        :param stdout: where its standard output goes instead of the log.
        """
        program = self.program
        wrapper = [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), str(int(program.death_signal)), program.user or "-"]
        environment = clean_environment(self._inherited, self._ledger.run, program.environment)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  a list, no shell
                [*wrapper, *program.command],
                env=environment,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=stdout or output,
                stderr=output,
                start_new_session=True,
            )
        self._expected_end = False
        self._ledger.add(self.name, self._process.pid, program.death_signal)

    def signal(self, number: int, *, ends: bool | None = None, group: bool = False) -> None:
        """Send a signal to the session's leader.

        :param ends: whether it is meant to end the program, so that its end is no death; by default only for SIGINT, SIGTERM and SIGKILL.
        :param group: send it to the processes the leader started as well.
        """
        if self._process is None or not self.running:
            return
        self._expected_end |= ends if ends is not None else number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
        if group:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def wait(self, timeout: float) -> bool:
        """Whether it ended within ``timeout`` seconds."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def failure(self) -> ServiceFailureError:
        """Its death in one line, with the log's end in the details."""
        code = self.exit_code
        how = f"was killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"ended with exit code {code}"
        reason = reason_in(self.log)
        return ServiceFailureError(
            f"The {self.name} {how}" + (f": {reason}" if reason else "."),
            details={"component": self.name, "exit_code": code, "log": str(self.log), "tail": tail(self.log)},
            suggestions=[f"Its log is {self.log}."],
        )
