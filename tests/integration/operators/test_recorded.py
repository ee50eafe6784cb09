"""Trials on record: the packaged DAG's tasks, the gateway over HTTP, its reconciler, and the reference services."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import uvicorn
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from fastapi import FastAPI
from sqlalchemy import create_engine, event, insert
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dean_provider.config import ProviderSettings
from dean_provider.contract.endpoints import evolution as operations
from dean_provider.contract.trial import TrialRef
from dean_provider.contract.workflow import ListEvents
from dean_provider.factory import trial_dag
from dean_provider.hooks import EvolutionAPIHook, forget
from dean_provider.plugins.api.app import build_app
from dean_provider.plugins.api.authentication import Identity, KnownUsers
from dean_provider.plugins.api.serving import Room
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.plugins.api.task_token import TaskTokens, installed_secrets
from dean_provider.plugins.api.workers import Workers
from dean_provider.plugins.reconciler import Reconciler
from dean_provider.propagation import propagation_dag
from dean_provider.recording.carried import KEY
from dean_provider.state import queries
from dean_provider.state.signing import Keys
from dean_provider.state.tables import Base
from dean_provider.state.verification import verify
from dean_provider.triggers import trial as trigger_module
from tests.integration.operators.conftest import NAMESPACE

pytestmark = pytest.mark.integration

SECRET = "a secret that the tasks of this test and its gateway share"
CONN_ID = "dean_gateway_default"
BEFORE_AWAIT = ("validate_trial", "check_services", "initialize_population", "start_evolution")


class Gateway:
    """The gateway on a port of its own. ``away`` makes it answer 503, or hang for longer than anybody waits."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.away = ""
        self.seconds = 30.0
        room = Room(sessions=self.sessions)
        tokens = TaskTokens(lambda: installed_secrets(CONN_ID, use_api_secret=False))
        identity = Identity(KnownUsers(self._nobody, Workers(1, 1), blocks=False), self._nobody, tokens, room.cheap)
        inner = FastAPI()
        settings = ProviderSettings(namespace=UUID(NAMESPACE))
        inner.mount("/dean", build_app(settings, around=Surroundings(settings, room), identify=identity, jobs=list))
        self._inner = inner
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(self, log_config=None, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()

    @property
    def connection(self) -> str:
        port = self._socket.getsockname()[1]
        extra = {"timeout": self.seconds, "deadline": self.seconds, "attempts": 1, "breaker_threshold": 1000}
        return json.dumps({"conn_type": "dean_gateway", "host": "127.0.0.1", "port": port, "password": SECRET, "extra": extra})

    async def __call__(self, scope, receive, send) -> None:
        if self.away == "hangs" and scope["type"] == "http":
            await asyncio.sleep(20)
        if self.away and scope["type"] == "http":
            await Response(status_code=503)(scope, receive, send)
        else:
            await self._inner(scope, receive, send)

    @contextmanager
    def sessions(self):
        with Session(self.engine) as session, session.begin():
            yield session

    @staticmethod
    async def _nobody(_):
        raise HTTPException(401, "Not authenticated")

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(20)
        self._socket.close()

    # -- the record

    def events(self, workflow_id):
        found, after = [], 0
        while True:
            with self.sessions() as session:
                page = queries.list_events(session, ListEvents(workflow_id=UUID(workflow_id), after=after, limit=1000)).events
            if not page:
                return found
            found += page
            after = page[-1].sequence

    def kinds(self, workflow_id):
        return [one.event_type for one in self.events(workflow_id)]

    def workflow(self, workflow_id):
        with self.sessions() as session:
            return queries.read_workflow(session, UUID(workflow_id))

    def end_run(self, run_id, state, at):
        from airflow.models.dagrun import DagRun

        values = {"dag_id": "d", "run_id": run_id, "run_type": "manual", "state": state, "run_after": at, "end_date": at}
        with self.sessions() as session:
            session.execute(insert(DagRun).values(**values, clear_number=0, span_status="not_started"))

    def reconciler(self, **options):
        return Reconciler(60, sessions=self.sessions, holder="test", **options)


@pytest.fixture(scope="module")
def module_gateway(tmp_path_factory):
    from airflow.models import import_all_models
    from airflow.models.dagrun import DagRun

    import_all_models()
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('record')}/airflow.db", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    DagRun.metadata.create_all(engine, tables=[DagRun.metadata.tables[name] for name in ("dag_run", "log_template", "xcom")])
    Base.metadata.create_all(engine)
    gateway = Gateway(engine)
    yield gateway
    gateway.stop()
    engine.dispose()


@pytest.fixture
def gateway(module_gateway, connected, monkeypatch, request):
    module_gateway.away = ""
    module_gateway.seconds = 3.0 if "hangs" in request.node.name else 30.0
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT", module_gateway.connection)
    forget()
    return module_gateway


@pytest.fixture
def dag():
    return trial_dag("d", default_args={"retry_delay": timedelta(0), "retries": 1})


@pytest.fixture
def run_id():
    return f"manual__{uuid4()}"


def read(trial_id):
    return EvolutionAPIHook().call(operations.READ_TRIAL, TrialRef(trial_id=trial_id))


def assert_complete(gateway, trial_id):
    """Every generation once, a chain without fault, and what the service itself says."""
    trial, workflow, events = read(trial_id), gateway.workflow(trial_id), gateway.events(trial_id)
    numbers = [one.details["generation"]["generation"] for one in events if one.event_type == "generation.completed"]
    assert sorted(numbers) == list(range(trial.current_generation + 1))
    assert (workflow.digest, workflow.generation) == (trial.digest, trial.current_generation)
    assert workflow.status.value == {"completed": "completed", "stopped": "cancelled"}[trial.status.value]
    assert verify(gateway.sessions, UUID(trial_id), keys=Keys()).fault is None


def test_the_whole_life_of_a_trial(gateway, make_run, dag, run_id, tiny):
    run = make_run(dag, run_id, {**tiny, "name": "recorded", "token_budget": 1000}).go()
    assert run.states["publish_report"] == "success", run.errors
    outcome = run.results["publish_report"]
    trial_id = outcome["trial_id"]
    assert_complete(gateway, trial_id)
    kinds = gateway.kinds(trial_id)
    for kind in (
        "trial.requested", "trial.validated", "services.checked", "population.initialized", "trial.started",
        "trial.completed", "report.published", "trial.compensated",
    ):  # fmt: skip
        assert kinds.count(kind) == 1, kind
    assert kinds[:5] == ["workflow.opened", "trial.requested", "trial.validated", "services.checked", "population.initialized"]
    assert outcome["record"]["workflow_id"] == trial_id
    sequence, _, head = outcome["record"]["head"].partition(":")
    assert gateway.events(trial_id)[int(sequence) - 1].hash == head
    assert gateway.workflow(trial_id).report_uri == outcome["report"]
    assert not run.pushed.keys() & {(task, KEY) for task in run.states}


def test_run_again_it_adds_nothing_but_what_is_new(gateway, make_run, dag, run_id, tiny):
    first = make_run(dag, run_id, {**tiny, "name": "again"}).go()
    trial_id = first.results["publish_report"]["trial_id"]
    before = gateway.kinds(trial_id)
    make_run(dag, run_id, {**tiny, "name": "again"}).go()
    assert set(gateway.kinds(trial_id)[len(before) :]) <= {"services.checked", "report.published", "trial.compensated"}
    assert_complete(gateway, trial_id)


@pytest.mark.parametrize(
    ("away", "since", "until"),
    [
        ("answers 503", "validate_trial", "start_evolution"),
        ("answers 503", "await_evolution", "discover_patterns"),
        ("hangs", "await_evolution", "discover_patterns"),
        ("answers 503", "check_services", "compensate"),
    ],
)
def test_while_the_gateway_is_away_work_goes_on_and_afterwards_nothing_is_missing(gateway, make_run, dag, run_id, tiny, away, since, until):
    def switch(task_id):
        gateway.away = away if task_id == since else "" if task_id == until else gateway.away

    run = make_run(dag, run_id, {**tiny, "name": "away"}).go(before=switch)
    assert run.states["publish_report"] == "success", run.errors
    assert set(run.tries.values()) == {1}, "the recorder is no reason to try anything again"
    trial_id = run.results["publish_report"]["trial_id"]
    assert_complete(gateway, trial_id)
    kinds = gateway.kinds(trial_id)
    for kind in ("trial.requested", "trial.validated", "services.checked", "population.initialized", "trial.started", "trial.completed"):
        assert kinds.count(kind) == 1, kind
    assert kinds.count("recorder.missed") == 1


def test_away_for_the_whole_run_the_reconciler_records_what_the_tasks_left(gateway, make_run, dag, run_id, tiny):
    from airflow.models.xcom import XComModel

    gateway.away = "answers 503"
    run = make_run(dag, run_id, {**tiny, "name": "unheard"}).go()
    assert run.states["publish_report"] == "success", run.errors
    gateway.away = ""
    long_ago = datetime.now(timezone.utc) - timedelta(minutes=5)
    gateway.end_run(run_id, "success", long_ago)
    with gateway.sessions() as session:
        for number, ((task_id, key), value) in enumerate(run.pushed.items()):
            row = {"dag_run_id": number, "dag_id": "d", "run_id": run_id, "task_id": task_id, "map_index": -1, "key": key}
            session.execute(insert(XComModel).values(**row, value=value, timestamp=long_ago))
    asyncio.run(gateway.reconciler().compare())
    trial_id = run.results["publish_report"]["trial_id"]
    assert_complete(gateway, trial_id)
    kinds = gateway.kinds(trial_id)
    for kind in ("trial.requested", "trial.validated", "trial.started", "trial.completed", "report.published", "trial.compensated"):
        assert kinds.count(kind) == 1, kind


def test_a_propagation_is_on_record_as_one_and_its_target_as_it_was(gateway, make_run, dag, run_id, tiny):
    trials = [make_run(dag, f"{run_id}-{name}", {**tiny, "name": name}).go().results["publish_report"]["trial_id"] for name in "ab"]
    before = gateway.kinds(trials[1])
    asked = {"source_trial_id": trials[0], "target_trial_id": trials[1]}
    run = make_run(propagation_dag("p", default_args={"retry_delay": timedelta(0), "retries": 1}), run_id, asked).go()
    assert set(run.states.values()) == {"success"}, run.errors
    record = run.results["plan_propagation"]["record"]
    workflow = gateway.workflow(record["workflow_id"])
    assert (workflow.workflow_type, workflow.status.value) == (record["workflow_type"], "completed") == ("pattern_propagation", "completed")
    asyncio.run(gateway.reconciler().compare())
    kinds = gateway.kinds(record["workflow_id"])
    assert kinds[:2] == ["workflow.opened", "propagation.planned"]
    assert not [kind for kind in kinds if kind.startswith(("trial.", "generation."))], "it is nobody's trial"
    assert gateway.kinds(trials[1]) == before


def test_a_wrong_secret_is_said_in_the_log_and_fails_nothing(gateway, make_run, dag, run_id, tiny, monkeypatch, capsys):
    wrong = {**json.loads(gateway.connection), "password": "not the gateway's secret, but as long as it should be"}
    monkeypatch.setenv("AIRFLOW_CONN_DEAN_GATEWAY_OTHER", json.dumps(wrong))
    run = make_run(dag, run_id, {**tiny, "name": "mistaken"})
    plan = run.execute("validate_trial")
    plan["record"]["conn_id"] = "dean_gateway_other"
    run.results["validate_trial"] = plan
    capsys.readouterr()
    run.execute("check_services")
    said = capsys.readouterr().out
    assert "signed with another secret" in said
    assert "gateway_conn_id" in said
    assert "not the gateway's secret" not in said


# -- three ways to stop a trial that nobody waits for, each by itself


@pytest.fixture
def abandoned(gateway, make_run, dag, run_id, tiny):
    """A run whose trial goes on for ever, before anybody waits for it."""
    run = make_run(dag, run_id, {**tiny, "generations": 100_000, "name": "abandoned", "pattern_policy": "off"})
    for task_id in BEFORE_AWAIT:
        run.results[task_id] = run.execute(task_id)
        run.states[task_id] = "success"
    run.trial_id = run.results["start_evolution"]["trial_id"]
    yield run
    EvolutionAPIHook().call(operations.STOP_TRIAL, operations.STOP_TRIAL.request(trial_id=run.trial_id)) if _runs(run.trial_id) else None


def _runs(trial_id):
    return not read(trial_id).status.ended


def _recorded_up_to(gateway, trial_id, generation, seconds=30):
    deadline = time.monotonic() + seconds
    while gateway.workflow(trial_id).generation < generation:
        assert time.monotonic() < deadline, "nothing is recorded while it is followed"
        time.sleep(0.1)


def stopped(trial_id, seconds=20):
    deadline = time.monotonic() + seconds
    while _runs(trial_id):
        assert time.monotonic() < deadline, "it runs on"
        time.sleep(0.05)
    return read(trial_id)


def test_the_trigger_alone_stops_it(gateway, abandoned, monkeypatch):
    """Neither teardown nor reconciler ever comes."""

    async def failed(_identity):
        return "failed"

    monkeypatch.setattr(trigger_module, "read_task_state", failed)
    task = abandoned.dag.task_dict["await_evolution"].prepare_for_execution()
    context = abandoned._context(task, 1)
    task.render_template_fields(context)
    with pytest.raises(TaskDeferred) as deferred:
        task.execute(context)
    trigger = deferred.value.trigger
    trigger.task_instance = SimpleNamespace(task_id="await_evolution")

    async def wait_and_be_given_up():
        waiting = asyncio.create_task(anext(trigger.run()))
        await asyncio.to_thread(_recorded_up_to, gateway, abandoned.trial_id, 2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(wait_and_be_given_up())
    assert stopped(abandoned.trial_id).status.value == "stopped"
    assert "trial.compensated" not in gateway.kinds(abandoned.trial_id)


def test_the_teardown_alone_stops_it(gateway, abandoned):
    """The triggerer vanished, and no reconciler runs."""
    abandoned.states.update({"await_evolution": "failed", "publish_report": "upstream_failed"})
    with pytest.raises(AirflowFailException):
        abandoned.execute("compensate")
    assert stopped(abandoned.trial_id).status.value == "stopped"
    assert_complete(gateway, abandoned.trial_id)
    (compensated,) = [one for one in gateway.events(abandoned.trial_id) if one.event_type == "trial.compensated"]
    assert compensated.details["stopped"] is True


def test_the_reconciler_alone_stops_it(gateway, abandoned, run_id):
    """The triggerer vanished, and ``dagrun_timeout`` skipped the teardown."""
    gateway.end_run(run_id, "failed", datetime.now(timezone.utc) - timedelta(minutes=5))
    asyncio.run(gateway.reconciler().compare())
    assert stopped(abandoned.trial_id).status.value == "stopped"
    asyncio.run(gateway.reconciler().compare())
    assert_complete(gateway, abandoned.trial_id)
    reconciled = [one for one in gateway.events(abandoned.trial_id) if one.event_type == "trial.reconciled"]
    assert "its run is over (failed)" in reconciled[0].details["found"]
    assert "trial.compensated" not in gateway.kinds(abandoned.trial_id)


def test_a_fork_that_a_runs_conf_began_is_on_both_records(gateway, make_run, dag, run_id, tiny):
    parent = make_run(dag, run_id, {**tiny, "name": "parent", "pattern_policy": "off"}).go().results["publish_report"]
    fork = {"trial_id": parent["trial_id"], "generation": 2}
    child = make_run(dag, f"{run_id}-fork", {"fork": fork, "pattern_policy": "off"}).go().results["publish_report"]
    assert child["digest"] == parent["digest"]
    for _ in range(2):
        asyncio.run(gateway.reconciler().compare())
    lineage = gateway.workflow(child["trial_id"])
    assert (str(lineage.parent_id), lineage.parent_generation) == (parent["trial_id"], 2)
    assert [str(one) for one in gateway.workflow(parent["trial_id"]).forks] == [child["trial_id"]]
    assert gateway.kinds(parent["trial_id"]).count("trial.forked") == 1
    assert_complete(gateway, parent["trial_id"])


def test_a_trial_faster_than_anybody_follows_is_recorded_whole(gateway, make_run, dag, run_id):
    """What was not seen is read, in order, by whoever has time."""
    fast = {"objective": "sphere", "objective_parameters": {"dimension": 1}, "population_size": 4, "generations": 250, "elite_size": 1}
    run = make_run(dag, run_id, {**fast, "name": "fast", "tournament_size": 2, "pattern_policy": "off"}).go()
    assert run.states["publish_report"] == "success", run.errors
    assert_complete(gateway, run.results["publish_report"]["trial_id"])
