"""A live Airflow with the reference services for the system tests, through the supervisor that also runs the demo."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dean_provider
from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.population import CreatePopulation
from dean_provider.contract.trial import ListTrials, StartTrial, Trial, TrialRef, TrialStatus, ValidateTrial
from dean_provider.errors import InvalidStateError, ServiceFailureError
from dean_provider.local.airflow_home import FILES_STAY, AirflowHome
from dean_provider.local.stack import Stack
from tests import paced
from tests.listeners import Collector, StatsdListener, collecting, hearing_statsd

DAGS = Path(__file__).parent / "dags"
EXAMPLE = Path(dean_provider.__file__).parent / "example_dags" / "dean_example_after_trial.py"
DAG_ID = "dean_evolution_trial"
TINY = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 5, "pattern_policy": "off"}
DAG_IDS = (
    *(DAG_ID, EXAMPLE.stem, "system_hooks", "system_producer", "system_scheduled", "system_on_asset", "system_mapped"),
    *("system_waits", "system_deleted", "system_limited"),
)
OLDEST = "DEAN_TEST_OLDEST_PYTHON"
VIEWER = "vic"
NEWEST = pytest.mark.parametrize("stack", ["newest"], indirect=True)
LOOK_SECONDS = 0.6
"""Between two looks at what is waited for. Each costs Airflow 15 ms of a processor, or more."""

SETTINGS = {
    **FILES_STAY,
    # Two Airflows' worth of tests: looking for work four times a second would take a sixth of a processor all the time.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.4",
    "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__DEAN__POLL_SECONDS": "1",
    "AIRFLOW__DEAN__TRIAL_TOURNAMENT_SIZE": "4",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{AirflowHome.USER}:admin,{VIEWER}:viewer",
}


@pytest.fixture(scope="session")
def templates(run_folder: Path) -> Path:
    """Where migrated databases are kept: each is made once in a run, whichever of its processes needs it first."""
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def oldest_python() -> str:
    """Interpreter with the oldest supported Airflow."""
    python = os.environ.get(OLDEST, "")
    if not python or not Path(python).exists():
        pytest.skip(f"needs an environment with the oldest supported Airflow, named by {OLDEST}; `make test` makes one")
    return python


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Has the spans of everything that the newest Airflow does."""
    with collecting() as server:
        yield server


@pytest.fixture(scope="session")
def statsd() -> Iterator[StatsdListener]:
    """Has the statistics of everything that the newest Airflow does."""
    with hearing_statsd() as listener:
        yield listener


@pytest.fixture(scope="session", params=["newest", "oldest"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[Stack]:
    """An Airflow on SQLite with the DAGs of ``tests/system/dags``, shared by the session. It has no triggerer until a test wants one."""
    home = tmp_path_factory.mktemp(f"stack-{request.param}")
    shutil.copytree(DAGS, home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(EXAMPLE, home / "dags")
    env = {**SETTINGS, **paced.register(tmp_path_factory.mktemp("objective"), seconds=0.25)}
    python = sys.executable
    if request.param == "newest":
        env |= {**request.getfixturevalue("collector").settings, **request.getfixturevalue("statsd").settings}
    else:
        python = request.getfixturevalue("oldest_python")
    with Stack(home, airflow_python=python, env=env, triggerers=0, fresh=True, templates=templates) as running:
        for dag_id in DAG_IDS:
            running.wait_for_dag(dag_id, timeout=300)
        yield running


@pytest.fixture(scope="session")
def live(stack: Stack) -> Live:
    """The shared Airflow, and what tests do with it."""
    return Live(stack, newest=stack.airflow_home.python == sys.executable)


class Live:
    """A running Airflow with its services, and what tests do with it."""

    dag_id = DAG_ID
    example = EXAMPLE.stem

    @staticmethod
    def tiny(name: str, **config: Any) -> dict[str, Any]:
        """Settings of a trial that is over at once."""
        return {**TINY, "name": name, **config}

    @staticmethod
    def endless(name: str, **config: Any) -> dict[str, Any]:
        """Settings of a trial that no test will see the end of, and that takes no processor for itself."""
        return Live.tiny(name, **{"objective": "paced", "generations": 100_000, **config})

    def __init__(self, stack: Stack, *, newest: bool) -> None:
        self.stack = stack
        self.newest = newest

    def password(self, user: str) -> str:
        """Of a user; Airflow makes up those that are not given."""
        return str(json.loads((self.stack.airflow_home.path / "passwords.json").read_text("utf-8"))[user])

    def wait(self, ready: Callable[[], Any], what: str, timeout: float = 300.0) -> Any:
        """Wait for what comes in seconds on a quiet machine, and tests run side by side here."""
        found: list[Any] = []

        def look() -> bool:
            found[:] = [ready()]
            return bool(found[0])

        self.stack.supervisor.wait_for(look, what, timeout=timeout, every=LOOK_SECONDS)
        return found[0]

    # -- runs

    def let_alone(self, dag_id: str) -> None:
        """Pause a DAG and wait until the scheduler has no run of it in hand.

        SQLite has no row locks: a run that is deleted while the scheduler has it in hand ends Airflow's scheduler.
        """
        self.change("PATCH", f"/dags/{dag_id}", {"is_paused": True})
        for _ in range(2):
            before = self._scheduler_beat()
            self.wait(lambda before=before: self._scheduler_beat() != before, "another round of the scheduler")

    def _scheduler_beat(self) -> str:
        return str(self.stack.api.get("/monitor/health")["scheduler"]["latest_scheduler_heartbeat"])

    def change(self, method: str, path: str, json: dict[str, Any] | None = None) -> None:
        """A write through the REST API; Airflow answers 500 when SQLite is locked by its other parts at that moment."""

        def attempt() -> bool:
            try:
                self.stack.api.call(method, path, json=json)
            except ServiceFailureError as error:
                if error.details["status"] not in (409, 500):
                    raise
                return error.details["status"] == 409  # it had been done
            return True

        self.wait(attempt, f"{method} {path}", 30)

    def trigger(self, dag_id: str, run_id: str, conf: dict[str, Any] | None = None) -> None:
        self.change("POST", f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": conf or {}})

    def end(self, dag_id: str, run_id: str) -> str:
        def over() -> str | None:
            state = str(self.stack.api.get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"])
            return state if state in ("success", "failed") else None

        return str(self.wait(over, f"run {run_id} to end"))

    def states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """State by task id; with the map index in brackets where a task is mapped."""
        listed = self.stack.api.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {item["task_id"] + (f"[{item['map_index']}]" if item["map_index"] >= 0 else ""): item["state"] for item in listed}

    def outcome(self, dag_id: str, run_id: str) -> dict[str, Any]:
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/publish_report/xcomEntries/return_value"
        return dict(self.stack.api.get(path)["value"])

    def asset_events(self) -> list[dict[str, Any]]:
        """Airflow 3.2 answers 500 as long as a run that one of them asked for has not begun."""

        def look() -> Any:
            try:
                return self.stack.api.get("/assets/events", limit=200)
            except ServiceFailureError as error:
                if error.details["status"] != 500:
                    raise
                return None

        return list(self.wait(look, "asset events to be listed", 60)["asset_events"])

    def task(self, dag_id: str, run_id: str, task_id: str = "await_evolution", map_index: int = -1) -> Task:
        return Task(self, dag_id, run_id, task_id, map_index)

    # -- trials

    def trials(self, name: str) -> list[Trial]:
        return self.stack.evolution.call(evolution.LIST_TRIALS, ListTrials(name=name)).trials

    def start(self, name: str, **config: Any) -> str:
        """Start a trial of this name and id that no DAG run knows."""
        return self._start(name, TrialConfig(**self.endless(name, **config), seed=1))

    def _start(self, name: str, config: TrialConfig) -> str:
        space = self.stack.evolution.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=config)).space
        population = CreatePopulation(population_id=name, space=space, size=config.population_size, seed=1)
        self.stack.indexagent.call(indexagent.CREATE_POPULATION, population)
        return self.stack.evolution.call(evolution.START_TRIAL, StartTrial(trial_id=name, population_id=name, config=config)).trial_id

    def running(self, name: str, generation: int) -> Trial:
        """Wait until the only trial called ``name`` runs and has come so far."""

        def look() -> Trial | None:
            (trial,) = self.trials(name)
            return trial if trial.status is TrialStatus.RUNNING and trial.current_generation >= generation else None

        trial: Trial = self.wait(look, f"trial {name} to run")
        return trial

    def held(self, *names: str) -> dict[str, Trial]:
        """Wait until each of these trials runs and pause it, so that it neither ends nor takes a processor meanwhile."""
        held: dict[str, Trial] = {}

        def look() -> bool:
            for name in set(names) - set(held):
                if (trial := self._paused(name)) is not None:
                    held[name] = trial
            return set(held) == set(names)

        self.wait(look, f"{', '.join(names)} to be held")
        return held

    def _paused(self, name: str) -> Trial | None:
        found = self.trials(name)
        assert len(found) <= 1
        if found and found[0].status is TrialStatus.RUNNING:
            with suppress(InvalidStateError):
                self.stack.evolution.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=found[0].trial_id))
        return found[0] if found and found[0].status is TrialStatus.PAUSED else None

    def let_go(self, trial: Trial) -> None:
        self.stack.evolution.call(evolution.RESUME_TRIAL, TrialRef(trial_id=trial.trial_id))

    def stopped(self, name: str) -> Trial:
        """Wait until the only trial called ``name`` is stopped."""
        trial: Trial = self.wait(lambda: (now := self.trials(name)[0]).status is TrialStatus.STOPPED and now, f"{name} to be stopped")
        return trial

    # -- triggerers

    def triggerers(self) -> dict[str, int]:
        """Jobs of the living triggerers by the component's name."""
        jobs = self.stack.api.get("/jobs", job_type="TriggererJob", is_alive="true")["jobs"]
        return {job["unixname"]: int(job["id"]) for job in jobs}

    def have_triggerers(self, number: int) -> dict[str, int]:
        """Start or end triggerers until so many live; returns what :meth:`triggerers` does."""
        known = {name: each for name, each in self.stack.supervisor.components.items() if name.startswith("triggerer")}
        alive = [name for name, component in known.items() if component.running]
        for name in alive[number:]:
            known[name].signal(signal.SIGTERM)
        for count in range(number - len(alive)):
            self._add_triggerer(f"triggerer-{len(known) + count + 1}")
        self.wait(lambda: len(self.triggerers()) == number, f"{number} triggerers to live")
        return self.triggerers()

    def _add_triggerer(self, name: str) -> None:
        program = self.stack.airflow_home.command("triggerer", "--skip-serve-logs", name=name)
        # Airflow notes the user's name with the job, so that a job tells which process it is.
        self.stack.supervisor.start(replace(program, environment={**program.environment, "LOGNAME": name}))

    def freeze(self, name: str) -> None:
        """Hold a triggerer still, as if for longer than Airflow takes it to live; but not while SQLite waits for it."""
        component, job = self.stack.component(name), self.triggerers()[name]

        def frozen() -> bool:
            component.signal(signal.SIGSTOP, group=True)
            if self._outlived(job):
                return True
            component.signal(signal.SIGCONT, group=True)
            return False

        self.wait(frozen, f"{name} to stand still")

    def thaw(self, name: str) -> None:
        self.stack.component(name).signal(signal.SIGCONT, group=True)

    def kill(self, name: str) -> None:
        """End a triggerer without a word."""
        job = self.triggerers()[name]
        self.stack.component(name).signal(signal.SIGKILL, group=True)
        assert self.stack.component(name).wait(30)
        self.wait(lambda: self._outlived(job), "the killed triggerer's job to age")

    def _outlived(self, job: int) -> bool:
        """Make the last sign of life of a triggerer an hour old; whether the database could be written."""
        older = "UPDATE job SET latest_heartbeat = strftime('%Y-%m-%d %H:%M:%f000', latest_heartbeat, '-1 hour') WHERE id = ?"
        try:
            with closing(sqlite3.connect(self.stack.airflow_home.path / "airflow.db", timeout=1)) as database, database:
                database.execute(older, (job,))
        except sqlite3.OperationalError:
            return False
        return True


class Task:
    """One task instance, whichever try is current."""

    def __init__(self, live: Live, dag_id: str, run_id: str, task_id: str, map_index: int) -> None:
        mapped = map_index >= 0
        self._live = live
        self._path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}" + (f"/{map_index}" if mapped else "")
        below = f"dag_id={dag_id}/run_id={run_id}/task_id={task_id}" + (f"/map_index={map_index}" if mapped else "")
        self._logs = live.stack.airflow_home.path / "logs" / below

    def now(self) -> dict[str, Any]:
        return dict(self._live.stack.api.get(self._path))

    def becomes(self, state: str) -> dict[str, Any]:
        """Wait for a state."""
        return dict(self._live.wait(lambda: (now := self.now())["state"] == state and now, f"{self._path} to be {state}"))

    def mark(self, state: str) -> None:
        self._live.change("PATCH", self._path, {"new_state": state})

    def deferred(self, try_number: int = 1) -> int:
        """Wait until a trigger follows the trial, and say in which triggerer: its job's id."""
        return int(self._live.wait(lambda: self._job(try_number), f"{self._path} to be waited for"))

    def taken_from(self, job: int) -> int:
        """Wait until another triggerer than that with ``job`` follows the trial."""
        return int(self._live.wait(lambda: (now := self._job()) != job and now, f"another triggerer to take {self._path}"))

    def _job(self, try_number: int = 1) -> int:
        now = self.now()
        there = now["state"] == "deferred" and now["try_number"] == try_number
        job = int((now["triggerer_job"] or {}).get("id") or 0) if there else 0
        return job if job and "Trial " in self.trigger_log(job) else 0

    def trigger_log(self, job: int) -> str:
        """What its trigger wrote in the triggerer with that job."""
        return "".join(file.read_text() for file in self._logs.glob(f"*.trigger.{job}.log"))

    def decides(self, job: int, what: str) -> None:
        """Wait until its trigger in the triggerer with that job has said what becomes of the trial."""
        self._live.wait(lambda: what in self.trigger_log(job), f"the trigger of {self._path} to say {what!r}")

    def log(self) -> str:
        """What its tries wrote on the worker."""
        return "".join(file.read_text() for file in self._logs.glob("attempt=*.log"))
