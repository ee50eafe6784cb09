"""SIGKILL of every part of a live Airflow on PostgreSQL, and of the services, at random instants of trials.

Each trial ends by itself with the undisturbed digest, and its record is whole: every generation once, every chain sound. What failed is
tried again with the same random choices by ``DEAN_TEST_SEED``.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import Connection, bindparam, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.contract.workflow import ListEvents, ListWorkflows, WorkflowDetail
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import ConnectionFailedError, ServiceFailureError
from dean_provider.local.airflow_home import FILES_STAY
from dean_provider.local.stack import Stack
from dean_provider.state import queries
from dean_provider.state.signing import Keys
from dean_provider.state.stream import workflow_ids
from dean_provider.state.verification import Verified, verify
from tests import paced

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.slow]

LONG = bool(os.environ.get("DEAN_TEST_LONG"))
TRIALS = int(os.environ.get("DEAN_TEST_TRIALS", "20" if LONG else "3"))
SEED = os.environ.get("DEAN_TEST_SEED") or secrets.token_hex(4)
TOGETHER = 5 if LONG else 3
DAG_ID = "dean_evolution_trial"
COMPONENTS = ("api-server", "scheduler", "triggerer", "indexagent", "evolution")
GENERATIONS = 150 if LONG else 60
PACE_SECONDS = 0.1
STARTING_SECONDS = 8.0
"""The first steps are tasks on a worker, and so are the last; in between the trials need none."""

LAST_KILL = 0.9
"""As a share of the generations that are recorded: the trials have not ended then. A task is killed as soon as there is one after it."""

EARLY = 0.4
"""How likely a kill comes in the first seconds."""

LOOK_SECONDS = 0.2
AWAY_SECONDS = 3.0
END_SECONDS = 500.0
HEALTHY_SECONDS = 180.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[Stack]:
    """An Airflow that notices within seconds who has died, where it would take minutes by default."""
    settings = {
        **FILES_STAY,
        **paced.register(tmp_path_factory.mktemp("objective"), PACE_SECONDS),
        "AIRFLOW__CORE__PARALLELISM": str(TOGETHER + 1),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "10",
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
        "AIRFLOW__DEAN__RECONCILE_SECONDS": "5",
        "AIRFLOW__DEAN__POLL_SECONDS": "1",
        "AIRFLOW__DEAN__AUDIT_KEY": secrets.token_hex(32),
        "DEAN_EVOLUTION_MAX_RUNNING_TRIALS": str(TOGETHER),
        "DEAN_EVOLUTION_WORKERS": str(TOGETHER),
        "DEAN_EVOLUTION_BATCH_SIZE": "10",
    }
    with Stack(tmp_path_factory.mktemp("chaos"), db="postgres", env=settings, fresh=True, templates=templates) as running:
        running.wait_for_dag(DAG_ID)
        yield running


@dataclass
class Record:
    """The metadata database, as only a test may look at it."""

    url: str

    def __post_init__(self) -> None:
        self._engine = create_engine(self.url)

    def close(self) -> None:
        self._engine.dispose()

    def chains(self, keys: Keys) -> list[Verified]:
        """What looking at every event of every workflow tells."""
        sessions = sessionmaker(self._engine)
        return [verify(sessions, one, keys=keys) for one in workflow_ids(sessions)]

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    def run_states(self, run_ids: Sequence[str]) -> dict[str, str]:
        wanted = text("SELECT run_id, state FROM dag_run WHERE run_id IN :runs").bindparams(bindparam("runs", expanding=True))
        with self.connection() as connection:
            return {row.run_id: row.state for row in connection.execute(wanted, {"runs": list(run_ids)})}

    def progress(self, run_ids: Sequence[str]) -> float:
        """Share of all generations of these runs' trials that are recorded."""
        wanted = text("SELECT coalesce(sum(generation), 0) FROM dean_workflow_executions WHERE run_id IN :runs AND generation > 0")
        with self.connection() as connection:
            done = connection.execute(wanted.bindparams(bindparam("runs", expanding=True)), {"runs": list(run_ids)}).scalar_one()
        return float(done) / (GENERATIONS * len(run_ids))

    def tasks(self, run_id: str, state: str = "%") -> list[Any]:
        wanted = text("SELECT task_id, state, pid, try_number FROM task_instance WHERE run_id = :run AND coalesce(state, '') LIKE :state")
        with self.connection() as connection:
            return list(connection.execute(wanted, {"run": run_id, "state": state}))

    def workflow(self, run_id: str) -> WorkflowDetail | None:
        with Session(self._engine) as session:
            listed = queries.list_workflows(session, ListWorkflows(run_id=run_id), dag_ids=None).workflows
            return queries.read_workflow(session, listed[0].id) if listed else None

    def events(self, workflow_id: UUID) -> list[Any]:
        found: list[Any] = []
        with Session(self._engine) as session:
            while page := queries.list_events(session, ListEvents(workflow_id=workflow_id, after=len(found), limit=1000)).events:
                found += page
        return found


@pytest.fixture(scope="module")
def record(stack: Stack) -> Iterator[Record]:
    opened = Record(stack.airflow_home.settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    yield opened
    opened.close()


@dataclass(frozen=True)
class Kill:
    """Whom to kill, and when: after so many seconds, and once this share of all generations is recorded."""

    victim: str
    seconds: float = 0.0
    progress: float = 0.0


@dataclass
class Chaos:
    """Kills one part after the other and starts it again a moment later, as whatever runs it would."""

    stack: Stack
    record: Record
    runs: list[str]
    random: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begun = time.monotonic()
        self._away: list[tuple[float, str]] = []
        self._due = [self._sometime(victim) for victim in (*COMPONENTS, *self.runs)]

    def _sometime(self, victim: str) -> Kill:
        if self.random.random() < EARLY:
            return Kill(victim, seconds=self.random.uniform(0, STARTING_SECONDS))
        return Kill(victim, progress=self.random.uniform(0, LAST_KILL))

    def go(self) -> dict[str, str]:
        """Kill whatever is due until every run has ended. Returns their states."""
        self._until(self._over, END_SECONDS)
        return self.record.run_states(self.runs)

    def _over(self) -> bool:
        states = self.record.run_states(self.runs)
        ended = len(states) == len(self.runs) and set(states.values()) <= {"success", "failed"}
        return ended and not self._away and not any(kill.victim in COMPONENTS for kill in self._due)

    def _until(self, done: Callable[[], bool], seconds: float) -> None:
        while not done():
            now = time.monotonic() - self._begun
            assert now < seconds, f"{self.said}; still to come: {self._due}; {self.record.run_states(self.runs)}"
            progress = self.record.progress(self.runs)
            for kill in list(self._due):
                if kill.seconds <= now and kill.progress <= progress and self._kill(kill.victim):
                    self._due.remove(kill)
            for back in [each for each in self._away if each[0] <= now]:
                self._away.remove(back)
                self.stack.component(back[1]).start()
            self.stack.pause(LOOK_SECONDS)

    def _kill(self, victim: str) -> bool:
        """Whether it was there to be killed."""
        what = self._kill_component(victim) if victim in COMPONENTS else self._kill_task(victim)
        if what:
            self.killed[what.partition(":")[0]] += 1
            self.said.append(f"{time.monotonic() - self._begun:.1f} s: {what}")
        return bool(what)

    def _kill_component(self, name: str) -> str:
        """With all that it started, as a container or a unit ends."""
        component = self.stack.component(name)
        if not component.running or component.pid is None:
            return ""
        started = psutil.Process(component.pid).children(recursive=True)
        component.signal(signal.SIGKILL, group=True)
        assert component.wait(30)
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._away.append((time.monotonic() - self._begun + self.random.uniform(0, AWAY_SECONDS), name))
        return name

    def _kill_task(self, run_id: str) -> str:
        """Either the process of a task, which its worker sees, or the worker, of which only heartbeats are missed."""
        for task in self.record.tasks(run_id, "running"):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                process = psutil.Process(task.pid)
                worker = process.parent()
                if worker is None or worker.ppid() != self.stack.component("scheduler").pid:
                    continue
                if self.random.random() < 0.5:
                    process.kill()
                    return f"task: {task.task_id}"
                worker.kill()
                process.kill()
                return f"worker: {task.task_id}"
        return ""


def _healthy(stack: Stack) -> bool:
    health = stack.api.health() or {}
    parts = [health.get(part) or {} for part in ("metadatabase", "scheduler", "triggerer", "dag_processor")]
    return all(part.get("status") == "healthy" for part in parts)


def _trigger(stack: Stack, run_id: str, seed: int) -> None:
    """Everything that the last kills left comes back before the next trials begin."""
    conf = {"name": run_id, "objective": "paced", "objective_parameters": {"dimension": 3}, "seed": seed}
    conf |= {"population_size": 10, "generations": GENERATIONS, "pattern_policy": "off"}
    stack.api.call("POST", f"/dags/{DAG_ID}/dagRuns", json={"dag_run_id": run_id, "logical_date": None, "conf": conf})


def _undisturbed(workflow: WorkflowDetail) -> str:
    """The digest of the very configuration on record in one plain loop of the engine."""
    config = TrialConfig.model_validate(workflow.configuration).model_copy(update={"objective": "sphere"})
    return list(evolve(config, load_objective("sphere", dict(config.objective_parameters))))[-1].digest


def _whole(record: Record, run_id: str) -> WorkflowDetail | None:
    """The trial's record, once somebody has told everything."""
    workflow = record.workflow(run_id)
    complete = workflow is not None and workflow.status.value == "completed" and workflow.generation == GENERATIONS
    return workflow if workflow is not None and complete and _told(record, workflow) > GENERATIONS else None


def _told(record: Record, workflow: WorkflowDetail) -> int:
    return sum(event.event_type == "generation.completed" for event in record.events(workflow.id))


def _check(record: Record, workflow: WorkflowDetail, trial: Trial) -> Counter[str]:
    """Every generation once, and nothing of the trial's life twice or never. Returns how often each fact was told."""
    events = record.events(workflow.id)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    told = Counter(event.event_type for event in events)
    numbers = [event.details["generation"]["generation"] for event in events if event.event_type == "generation.completed"]
    assert sorted(numbers) == list(range(GENERATIONS + 1))
    for once in ("trial.requested", "trial.validated", "population.initialized", "trial.started", "trial.completed"):
        assert told[once] == 1, (once, told)
    assert trial.status is TrialStatus.COMPLETED
    assert trial.digest == workflow.digest == _undisturbed(workflow)
    return told


@pytest.mark.timeout(3600 if LONG else 900)
def test_killed_anywhere_every_trial_ends_as_if_nothing_had_happened(stack: Stack, record: Record) -> None:
    chance = random.Random(SEED)
    names = [f"chaos-{number}" for number in range(TRIALS)]
    figures: Counter[str] = Counter()
    workflows = []
    for first in range(0, TRIALS, TOGETHER):
        runs = names[first : first + TOGETHER]
        stack.wait_for(lambda: _healthy(stack), "everything to be healthy", timeout=HEALTHY_SECONDS)
        for run_id in runs:
            _trigger(stack, run_id, chance.randrange(2**31))
        chaos = Chaos(stack, record, runs, chance)
        began = time.monotonic()
        states = chaos.go()
        told = f"DEAN_TEST_SEED={SEED}: {chaos.said}"
        assert states == dict.fromkeys(runs, "success"), f"{told} {[(run, record.tasks(run)) for run in runs]}"
        figures += chaos.killed
        for run_id in runs:
            stack.wait_for(lambda run_id=run_id: _whole(record, run_id) is not None, f"{run_id} to be recorded; {told}")
            workflow = _whole(record, run_id)
            assert workflow is not None
            (trial,) = _trials(stack, run_id)
            events = _check(record, workflow, trial)
            figures += Counter(trials=1, events=workflow.sequence, resumptions=trial.resumptions)
            figures += Counter(reconciled=events["trial.reconciled"], missed=events["recorder.missed"])
            figures["tries"] += sum(max(0, task.try_number - 1) for task in record.tasks(run_id))
            workflows.append(workflow)
        figures["seconds"] += round(time.monotonic() - began)
        print(told, f"whole after {time.monotonic() - began:.1f} s")  # noqa: T201  for whoever runs it with -s
    rounds = -(-TRIALS // TOGETHER)
    assert {name: figures[name] for name in COMPONENTS} == dict.fromkeys(COMPONENTS, rounds)
    assert figures["task"] + figures["worker"] >= rounds, "tasks are over soon, but not all of them unseen"
    chains = record.chains(Keys([stack.airflow_home.settings["AIRFLOW__DEAN__AUDIT_KEY"]]))
    assert [one.fault for one in chains if one.fault] == []
    assert {workflow.id for workflow in workflows} <= {one.workflow_id for one in chains}
    assert [one.signed for one in chains] == [one.events for one in chains]
    print(f"DEAN_TEST_SEED={SEED}", json.dumps(figures))  # noqa: T201  for whoever runs it with -s


def _trials(stack: Stack, name: str) -> list[Trial]:
    from dean_provider.contract.endpoints import evolution
    from dean_provider.contract.trial import ListTrials

    found: list[Trial] = []

    def answered() -> bool:
        with suppress(ConnectionFailedError, ServiceFailureError):
            found[:] = stack.evolution.call(evolution.LIST_TRIALS, ListTrials(name=name)).trials
        return bool(found)

    stack.wait_for(answered, "the Evolution API to answer", timeout=HEALTHY_SECONDS)
    return found
