"""Runs programs as one: starts them, watches them, and leaves nothing behind.

Not ``airflow standalone``: that goes on without a component that died, and a SIGTERM orphans its children. Here a death ends the run with
a reason, and three things see to the end: :meth:`Supervisor.stop` in good order, the kernel for children whose supervisor was killed, the
guardian process for their children, and, should all of them have been killed, the next run, which reads the ledger.

Use it from one thread that lives as long as the run: the kernel ties children to the thread that started them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from dean_provider.errors import RequestTimeoutError
from dean_provider.local.component import Component, Program
from dean_provider.local.environment import clean_environment
from dean_provider.local.identity import kill_all
from dean_provider.local.ledger import Ledger, Lock

__all__ = ["Supervisor"]

_LOCK_WAIT_SECONDS = 3.0
_POLL_SECONDS = 0.1
_KILL_SECONDS = 5.0
_PATIENCE_SECONDS = 2.0


class Supervisor:
    """A run of several programs in one home.

    :param home: folder of the run: logs, ledger and lock; made if missing.
    :param environ: the environment before cleaning; this process's own by default.

    :attr:`swept` says how many processes an earlier run that died had left; ``None`` when the last one ended in order.
    """

    def __init__(self, home: Path, *, environ: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        self.logs = self.home / "logs"
        self.components: dict[str, Component] = {}
        self.swept: int | None = None
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = Lock(self.home)
        self._ledger = Ledger(self.home, uuid.uuid4().hex)
        self._guardian: subprocess.Popen[bytes] | None = None
        self._hurry = False
        self._stopping = False
        self._opened = False

    @property
    def run_id(self) -> str:
        """What every process of this run carries in its environment."""
        return self._ledger.run

    def open(self) -> None:
        """Take the home: be the only one in it, and end what a run that died left there.

        :raises ConfigurationError: when another run uses it.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        self._lock.acquire(wait_seconds=_LOCK_WAIT_SECONDS)
        self._opened = True
        left = Ledger.read(self.home)
        if left:
            self.swept = left.sweep()
        self._guardian = self._start_guardian()

    def _start_guardian(self) -> subprocess.Popen[bytes]:
        environment = clean_environment(self._environ, "")
        return subprocess.Popen(  # noqa: S603  a list, no shell
            [sys.executable, "-m", "dean_provider.local.guardian", str(self.home), self.run_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.home,
            start_new_session=True,
        )

    def add_folder(self, folder: Path) -> None:
        """Remove ``folder``, which lies outside the home, with the run, however that ends."""
        self._ledger.add_folder(folder)

    def start(self, program: Program) -> Component:
        """Run a program until the end, or its own."""
        component = self._component(program)
        self.components[program.name] = component
        component.start()
        return component

    def _component(self, program: Program) -> Component:
        return Component(program, ledger=self._ledger, log=self._fresh_log(program.name), cwd=self.home, inherited=self._environ)

    def _fresh_log(self, name: str) -> Path:
        path = self.logs / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
        return path

    def check(self) -> None:
        """:raises ServiceFailureError: when a component died."""
        for component in self.components.values():
            if component.died:
                raise component.failure()

    def wait_for(self, ready: Callable[[], bool], what: str, *, timeout: float, every: float = _POLL_SECONDS) -> None:
        """Wait until ``ready()`` while watching the components.

        :param what: what is waited for, for the message.
        :param every: how often to ask (seconds).
        :raises ServiceFailureError: when a component died meanwhile.
        :raises RequestTimeoutError: after ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise RequestTimeoutError(
                    f"Waited {timeout:.0f} seconds in vain for {what}.",
                    details={"waited_for": what, "seconds": timeout},
                    suggestions=[f"The logs are in {self.logs}."],
                )
            time.sleep(every)

    def call(self, program: Program, *, timeout: float) -> str:
        """Run a program to its end while watching the components.

        :returns: its standard output; what it wrote to standard error is in its log.
        :raises ServiceFailureError: when it or a component fails.
        :raises RequestTimeoutError: when it takes longer than ``timeout`` seconds.
        """
        component = self._component(program)
        with tempfile.TemporaryFile() as output:
            component.start(output)
            try:
                self.wait_for(lambda: not component.running, f"{program.name} to end", timeout=timeout)
            finally:
                component.signal(signal.SIGKILL)
                component.wait(_KILL_SECONDS)
            output.seek(0)
            text = output.read()
        if component.exit_code:
            with component.log.open("ab") as log:
                log.write(text)
            raise component.failure()
        return text.decode(errors="replace")

    def stop(self, *, grace_seconds: float = 5.0) -> None:
        """End everything: in good order first, by force what does not follow, and then whatever else the run started.

        Safe to call twice, and after a failure anywhere.

        :param grace_seconds: how long the programs have to end by themselves, those that stop last as long again.
        """
        self._stopping = True
        if not self._opened:
            return
        for last in (False, True):
            until = time.monotonic() + grace_seconds
            chosen = [each for each in self.components.values() if each.program.stops_last is last]
            # Asked a second time, Airflow's programs no longer wait for what would take them ten seconds.
            for patience in (_PATIENCE_SECONDS, grace_seconds):
                for component in chosen:
                    component.signal(component.program.stop_signal)
                self._await_end(chosen, min(until, time.monotonic() + patience))
        kill_all(self.run_id, self._ledger.started.values())
        for component in self.components.values():
            component.wait(_KILL_SECONDS)
        self._ledger.sweep()
        self._opened = False
        self._lock.release()
        self._end_guardian()

    def _await_end(self, components: list[Component], until: float) -> None:
        for component in components:
            while component.running and not self._hurry and time.monotonic() < until:
                component.wait(_POLL_SECONDS)

    def interrupt(self) -> bool:
        """Somebody wants the end, now. A stop under way goes on by force. For signal handlers.

        :returns: whether a stop was under way; if not, it is the caller's to begin one.
        """
        self._hurry = self._stopping
        return self._stopping

    def _end_guardian(self) -> None:
        if self._guardian and self._guardian.stdin:
            self._guardian.stdin.close()
            self._guardian.wait()
            self._guardian = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
