"""Services as processes that can be killed: forked from a server that has imported everything, so that a restart is cheap."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

from dean_provider.local.ports import free_ports
from dean_provider.services.web.settings import sqlite_url

OBJECTIVES = '''
import ctypes, os, time
from pathlib import Path
from typing import ClassVar

import numpy as np

from dean_provider.engine.objectives.functions import Sphere


class Gated(Sphere):
    """Waits in every batch while the test's gate is shut."""

    name: ClassVar[str] = "gated"

    def score(self, genomes, instances):
        folder = Path(os.environ["TRYING_FOLDER"])
        mark = folder / f"evaluating-{os.getpid()}"
        mark.touch()
        while (folder / "shut").exists():
            time.sleep(0.005)
        mark.unlink(missing_ok=True)
        return super().score(genomes, instances)


class Broken(Sphere):
    """Misbehaves as told by the file ``mood``: once for each line in it."""

    name: ClassVar[str] = "broken"

    def score(self, genomes, instances):
        folder = Path(os.environ["TRYING_FOLDER"])
        moods = sorted(folder.glob("mood-*"))
        for mood in moods:
            try:
                mood.rename(mood.with_name("done-" + mood.name))
            except FileNotFoundError:
                continue
            getattr(self, mood.name.split("-")[1])()
        return super().score(genomes, instances)

    def hang(self):
        pid = os.fork()
        if pid == 0:
            time.sleep(600)
        (Path(os.environ["TRYING_FOLDER"]) / "grandchild").write_text(str(pid))
        time.sleep(600)

    def flee(self):
        """A grandchild in a session of its own, whose parent has ended."""
        self._leave("fled")
        time.sleep(600)

    def orphan(self):
        """The same, and the worker ends by itself."""
        self._leave("fled")
        os._exit(7)

    def _leave(self, name):
        path = Path(os.environ["TRYING_FOLDER"]) / name
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                path.with_name("unnamed").write_text(str(os.getpid()))
                path.with_name("unnamed").rename(path)
                time.sleep(600)
            os._exit(0)
        while not path.exists():
            time.sleep(0.005)

    def share(self):
        """Children that each stay within the bound, and together do not."""
        children = []
        for _ in range(4):
            children.append(os.fork())
            if children[-1] == 0:
                held = np.ones(200 * 2**20 // 8)
                time.sleep(600)
        (Path(os.environ["TRYING_FOLDER"]) / "fled").write_text(" ".join(map(str, children)))
        time.sleep(600)

    def fork(self):
        """Children that hold nothing but what they share with the worker."""
        held = np.ones(300 * 2**20 // 8)
        children = []
        for _ in range(3):
            children.append(os.fork())
            if children[-1] == 0:
                time.sleep(600)
        time.sleep(1)
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)

    def die(self):
        os._exit(7)

    def crash(self):
        ctypes.string_at(0)

    def grow(self):
        np.ones(2**33)

    def throw(self):
        raise RuntimeError("the objective is unhappy")


class NotFinite(Sphere):
    """Scores nothing that is a number."""

    name: ClassVar[str] = "not_finite"

    def score(self, genomes, instances):
        return np.full(len(genomes), np.nan)
'''


def _register(folder: Path) -> None:
    """Put objectives on the path as an installed distribution does."""
    (folder / "trying_objectives.py").write_text(OBJECTIVES)
    info = folder / "trying-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trying\nVersion: 1.0\n")
    names = {"gated": "Gated", "broken": "Broken", "not_finite": "NotFinite"}
    lines = "".join(f"{name} = trying_objectives:{kind}\n" for name, kind in names.items())
    (info / "entry_points.txt").write_text(f"[dean.objectives]\n{lines}")


@dataclass
class Killable:
    """One service on a port of its own, started and killed at will."""

    service: str
    settings: dict[str, Any]
    log: Path
    context: Any
    process: ForkServerProcess | None = None
    reached: Any = None
    kills: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['port']}"

    def start(self, pause: tuple[str, int] | None = None) -> None:
        from tests.integration.faults.serving import serve  # all that a service does: every process of the tests reads this file

        self.reached = self.context.Event()
        arguments = (self.service, self.settings, pause, self.reached, str(self.log))
        self.process = self.context.Process(target=serve, args=arguments, daemon=True)
        self.process.start()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health", timeout=5, trust_env=False, verify=False).json()["service"] == self.service:
                    return
            assert self.process.is_alive(), self.log.read_text()[-3000:]
            time.sleep(0.03)
        raise AssertionError(self.log.read_text()[-3000:])

    def send(self, number: signal.Signals) -> int | None:
        """Signal the service and wait until it is gone; its exit status."""
        assert self.process is not None
        assert self.process.pid is not None
        os.kill(self.process.pid, number)
        self.process.join(20)
        return self.process.exitcode

    def kill(self) -> None:
        assert self.send(signal.SIGKILL) == -signal.SIGKILL
        self.kills += 1

    def close(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.process.join()


@dataclass
class Stage:
    """Both services, the folder that gates the objectives, and a client."""

    folder: Path
    indexagent: Killable
    evolution: Killable
    caller: Any = None
    kills: dict[str, int] = field(default_factory=dict)

    def shut(self) -> None:
        (self.folder / "shut").touch()

    def open(self) -> None:
        (self.folder / "shut").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Forget what an earlier test left in the folder."""
        for pattern in ("evaluating-*", "*mood-*", "shut", "grandchild", "fled"):
            for left in self.folder.glob(pattern):
                left.unlink()

    def evaluating(self, seconds: float = 20) -> None:
        """Wait until a worker is in the middle of a batch."""
        deadline = time.monotonic() + seconds
        while not list(self.folder.glob("evaluating-*")):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def mood(self, *names: str) -> None:
        for number, name in enumerate(names):
            (self.folder / f"mood-{name}-{time.monotonic_ns()}-{number}").touch()


@pytest.fixture(scope="session")
def trying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """A folder with registered objectives, and a fork server that knows them."""
    folder = tmp_path_factory.mktemp("trying")
    _register(folder)
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    patch.syspath_prepend(str(folder))  # a child of the fork server takes our path
    patch.setenv("TRYING_FOLDER", str(folder))
    patch.setenv("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.integration.faults.serving"])
    yield folder, context
    patch.undo()


@pytest.fixture(scope="session")
def stages(trying: tuple[Path, Any], caller_of: Callable[[str, str], Any]) -> Callable[..., Any]:
    """Makes stages in a folder, with settings of the Evolution API; nothing runs on them yet."""
    folder, context = trying

    @contextlib.contextmanager
    def make(data: Path, **settings: Any) -> Iterator[Stage]:
        ports = free_ports(2)
        first = {"port": ports[0], "database_url": sqlite_url(data / "indexagent.db")}
        indexagent = Killable("indexagent", first, data / "indexagent.log", context)
        second = {
            "port": ports[1],
            "database_url": sqlite_url(data / "evolution.db"),
            "indexagent_url": indexagent.url,
            "workers": 1,
            "evaluation_timeout_seconds": 30,
            **settings,
        }
        made = Stage(folder, indexagent, Killable("evolution", second, data / "evolution.log", context))
        made.caller = caller_of(made.indexagent.url, made.evolution.url)
        try:
            yield made
        finally:
            made.open()
            made.evolution.close()
            made.indexagent.close()

    return make


@pytest.fixture
def stage(stages: Callable[..., Any], tmp_path: Path) -> Iterator[Stage]:
    with stages(tmp_path) as made:
        made.tidy()
        yield made
