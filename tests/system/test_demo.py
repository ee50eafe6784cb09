"""`dean demo` and `dean up` as somebody who types them sees them."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective
from dean_provider.local.api import AirflowApi
from dean_provider.local.environment import RUN_MARKER
from dean_provider.local.ledger import Ledger
from dean_provider.local.ports import free_ports

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]

DEAN = str(Path(sys.executable).parent / "dean")
SIZE = {"population_size": 12, "generations": 8, "seed": 11}
SMALL = ["--population-size", "12", "--generations", "8", "--seed", "11"]
CAPACITY = 150


def environment_of_somebody_with_an_airflow(tmp_path: Path) -> dict[str, str]:
    """Settings that would take over any Airflow that saw them."""
    poison = tmp_path / "poison"
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN_"))},
        "AIRFLOW_HOME": str(poison),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{poison}.db",
        "AIRFLOW__CORE__EXECUTOR": "NoSuchExecutor",
        "DEAN_EVOLUTION_DATABASE_URL": f"sqlite:///{poison}-evolution.db",
        "DEAN_EVOLUTION_PORT": "1",
    }


class Session:
    """A `dean` command under way, its two outputs kept apart."""

    def __init__(self, tmp_path: Path, *arguments: str) -> None:
        self.tmp_path = tmp_path
        self.process = subprocess.Popen(
            [DEAN, *arguments],
            cwd=tmp_path,
            env=environment_of_somebody_with_an_airflow(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.texts = {self.process.stdout: b"", self.process.stderr: b""}

    @property
    def stdout(self) -> str:
        return self.texts[self.process.stdout].decode()

    @property
    def stderr(self) -> str:
        return self.texts[self.process.stderr].decode()

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select(list(self.texts), [], [], seconds)
        for stream in ready:
            self.texts[stream] += os.read(stream.fileno(), 65536)

    def until(self, pattern: str, seconds: float = 240) -> None:
        """Wait until an output matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.stdout + self.stderr):
            assert self.process.poll() is None, self.stdout + self.stderr
            assert time.monotonic() < end, self.stdout + self.stderr
            self._read(0.2)

    def end(self, seconds: float = 400) -> int:
        """Wait for its end; returns the exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, self.stdout + self.stderr
            self._read(0.2)
        self._read(0)
        self.texts[self.process.stdout] += self.process.stdout.read()
        self.texts[self.process.stderr] += self.process.stderr.read()
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def keep_databases(tmp_path: Path, templates: Path) -> None:
    """Let migrated databases be kept where other tests find them, as if an earlier run had been here."""
    (tmp_path / ".dean").mkdir(parents=True, exist_ok=True)
    (tmp_path / ".dean/templates").symlink_to(templates)


@pytest.fixture
def start(tmp_path: Path, templates: Path) -> Iterator[Callable[..., Session]]:
    keep_databases(tmp_path, templates)
    sessions: list[Session] = []

    def begin(*arguments: str) -> Session:
        sessions.append(Session(tmp_path, *arguments))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.close()


def processes_of(home: Path) -> list[str]:
    """Processes anywhere that were started for this home."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue
        mine = environment.get("AIRFLOW_HOME", "").startswith(str(home)) or str(home) in environment.get("DEAN_EVOLUTION_DATABASE_URL", "")
        if RUN_MARKER in environment and mine:
            found.append(" ".join(process.cmdline())[:120])
    return found


def assert_nothing_is_left(tmp_path: Path, home: Path) -> None:
    until = time.monotonic() + 10
    while processes_of(home) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(home) == []
    assert not (home / "ledger.json").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("poison")] == [], "a user's Airflow was touched"


def pack(items: list[int], table: list[float]) -> int:
    """Bins used by the policy: written from the documented rules alone."""
    spaces: list[int] = []
    for item in items:
        candidates = [*sorted({space for space in spaces if space >= item}), CAPACITY]
        best = max(candidates, key=lambda space: (table[space - item], -space))
        if best == CAPACITY:
            spaces.append(CAPACITY - item)
        else:
            spaces[spaces.index(best)] -= item
    return len(spaces)


def excess(bins: Callable[[list[int]], int], instances: list[list[int]]) -> float:
    bounds = [-(-sum(items) // CAPACITY) for items in instances]
    return sum(100 * (bins(items) - bound) / bound for items, bound in zip(instances, bounds, strict=True)) / len(instances)


def first_fit(items: list[int]) -> int:
    spaces: list[int] = []
    for item in items:
        for index, space in enumerate(spaces):
            if space >= item:
                spaces[index] -= item
                break
        else:
            spaces.append(CAPACITY - item)
    return len(spaces)


def best_fit(items: list[int]) -> int:
    return pack(items, [-float(space) for space in range(CAPACITY + 1)])


@dataclass
class Finished:
    result: dict
    session: Session
    home: Path


def started(home: Path, name: str, seconds: float = 60) -> Ledger:
    """Wait until the run in ``home`` has started the program ``name``."""
    until = time.monotonic() + seconds
    while (ledger := Ledger.read(home)) is None or name not in ledger.started:
        assert time.monotonic() < until, ledger and ledger.started
        time.sleep(0.1)
    return ledger


def start_and_kill(home: Path, tmp_path: Path) -> Path:
    """Kill what starts, so that nothing of it can clean up: services and PostgreSQL run, and Airflow is about to.

    Returns the folder of PostgreSQL that is left.
    """
    session = Session(tmp_path, "up", "--db", "postgres", "--port", "auto", "--home", str(home))
    (folder,) = started(home, "scheduler").folders
    guardians = [child.pid for child in psutil.Process(session.process.pid).children() if "guardian" in " ".join(child.cmdline())]
    assert guardians
    for pid in (*guardians, session.process.pid):
        os.kill(pid, signal.SIGKILL)
    session.close()
    assert (home / "ledger.json").exists()
    assert folder.exists()
    return folder


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[Finished]:
    """A finished demo; that on PostgreSQL in a home where `dean up` was killed while it started."""
    tmp_path = tmp_path_factory.mktemp(f"demo-{request.param}")
    keep_databases(tmp_path, templates)
    home = tmp_path / ".dean" / "demo"
    left = [start_and_kill(home, tmp_path)] if request.param == "postgres" else []
    session = Session(tmp_path, "demo", "--json", "--db", request.param, "--port", "auto", *SMALL)
    try:
        session.until(r"generation \d+/8")
        folders = [*left, *Ledger.read(home).folders]
        assert session.end() == 0, session.stderr
        assert [folder for folder in folders if folder.exists()] == []
        yield Finished(json.loads(session.stdout.splitlines()[-1]), session, home)
    finally:
        session.close()


def test_the_json_object_is_last_complete_and_also_in_a_file(demo: Finished):
    assert len(demo.session.stdout.splitlines()) == 1
    assert json.loads((demo.home / "result.json").read_text()) == demo.result
    assert set(demo.result) == {
        *("trial_id", "dag_run_id", "status", "termination_reason", "generations", "population_size", "seed", "digest", "excess"),
        *("baselines", "best_agent", "tokens_used", "seconds", "report", "record"),
    }
    assert set(demo.result["record"]) == {"workflow_id", "head"}
    assert demo.result["status"] == "completed"
    assert demo.result["termination_reason"] == "generations"
    assert {name: demo.result[name] for name in SIZE} == SIZE
    assert 0 < demo.result["seconds"]["evolution"] < demo.result["seconds"]["total_without_install"]


def test_everything_else_went_to_stderr_with_progress_and_the_table(demo: Finished):
    for text in (
        "airflow dags trigger dean_evolution_trial",
        "generation 8/8",
        "publish_report: success",
        "first fit",
        "best fit",
        "evolved",
    ):
        assert text in demo.session.stderr


def test_anyone_can_replay_the_policy_and_gets_the_same_figures(demo: Finished):
    objective = load_objective("bin_packing", {})
    table = demo.result["best_agent"]["traits"]
    assert len(table) == CAPACITY + 1
    for name, value in demo.result["excess"].items():
        assert excess(lambda items: pack(items, table), objective.items(name).tolist()) == pytest.approx(value, abs=1e-9), name
    test = objective.items("test").tolist()
    assert demo.result["baselines"] == {
        "first_fit": pytest.approx(excess(first_fit, test), abs=1e-9),
        "best_fit": pytest.approx(excess(best_fit, test), abs=1e-9),
    }


def test_the_digest_is_that_of_a_plain_loop(demo: Finished):
    config = TrialConfig(**SIZE)
    *_, last = evolve(config, load_objective("bin_packing", {}))
    assert demo.result["digest"] == last.digest


def test_the_tutorials_script_replays_it_too(demo: Finished):
    script = Path(__file__).parents[2] / "docs/tutorial/replay.py"
    said = subprocess.check_output([sys.executable, script, demo.home / "result.json"], text=True)
    replayed, reported = re.findall(r"\d+\.\d+", said)
    assert replayed == reported


def test_the_report_is_there(demo: Finished):
    report = Path(demo.result["report"])
    assert report.is_relative_to(demo.home)
    assert demo.result["trial_id"] in report.read_text()


def test_nothing_runs_afterwards_and_no_users_airflow_was_touched(demo: Finished):
    assert_nothing_is_left(demo.home.parent.parent, demo.home)


@pytest.mark.parametrize("demo", ["postgres"], indirect=True)
def test_the_run_after_one_that_was_killed_cleans_up_and_says_so(demo: Finished):
    assert re.search(r"cleaned up after a run that died \(\d+ processes\)", demo.session.stderr)


def test_up_says_where_and_how_to_sign_in_and_ctrl_c_in_the_middle_of_a_trial_stops_everything(
    start: Callable[..., Session], tmp_path: Path
):
    session = start("up", "--port", "auto")
    session.until("Ctrl-C stops everything")
    url = re.search(r"Airflow\s+(http://127\.0\.0\.1:\d+)", session.stdout).group(1)
    evolution = re.search(r"Evolution API\s+(http\S+)", session.stdout).group(1)
    api = AirflowApi(url, *re.search(r"sign in\s+(\S+)\s+(\S+)", session.stdout).groups())
    assert api.get("/dags/dean_evolution_trial")["is_paused"] is False
    assert [requests.get(place, timeout=30).status_code for place in (f"{url}/api/v2/dags", f"{evolution}/api/v1/trials")] == [401, 401]

    conf = {"objective": "bin_packing", "generations": 100_000}
    api.call("POST", "/dags/dean_evolution_trial/dagRuns", json={"dag_run_id": "long", "logical_date": None, "conf": conf})
    until = time.monotonic() + 120
    while not any(trial["generation"] for trial in recorded(api)):
        assert time.monotonic() < until, recorded(api)
        time.sleep(0.5)
    session.process.send_signal(signal.SIGINT)
    assert session.end(30) == 0, "that is how it is told to end"
    assert "Traceback" not in session.stdout + session.stderr
    assert_nothing_is_left(tmp_path, tmp_path / ".dean/up")


def recorded(api: AirflowApi) -> list[dict]:
    """Trials that the gateway knows of."""
    return api._session.get(f"{api.url}/dean/api/v1/trials", timeout=30).json()["workflows"]


def test_sigterm_while_starting_stops_everything(start: Callable[..., Session], tmp_path: Path):
    session = start("demo", "--port", "auto")
    session.until("starting Airflow")
    session.process.send_signal(signal.SIGTERM)
    assert session.end(30) == 130
    assert_nothing_is_left(tmp_path, tmp_path / ".dean/demo")


def test_a_component_that_dies_is_named_in_one_line(start: Callable[..., Session], tmp_path: Path):
    session = start("up", "--port", "auto")
    session.until("starting Airflow")
    home = tmp_path / ".dean/up"
    os.kill(started(home, "scheduler").started["scheduler"].pid, signal.SIGKILL)
    assert session.end(30) != 0
    (line,) = [line for line in session.stderr.splitlines() if "scheduler" in line and "log" not in line and "starting" not in line]
    assert "The scheduler was killed by SIGKILL" in line
    assert "Traceback" not in session.stderr
    assert_nothing_is_left(tmp_path, home)


def test_a_taken_port_is_named_in_one_line(start: Callable[..., Session], tmp_path: Path):
    with socket.socket() as other:
        (port,) = free_ports(1)
        other.bind(("127.0.0.1", port))
        other.listen()
        session = start("demo", "--port", str(port))
        assert session.end(30) != 0
    assert f"Port {port}" in session.stderr.splitlines()[0]
    assert "--port auto" in session.stderr
    assert_nothing_is_left(tmp_path, tmp_path / ".dean/demo")
