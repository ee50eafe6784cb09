"""Run a DAG's tasks in this process against real services: templates, XComs, deferrals, trigger rules, but no Airflow database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.definitions.param import process_params
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred
from airflow.sdk.execution_time.context import OutletEventAccessors

from dean_provider.hooks import forget
from dean_provider.sensors import deferral
from dean_provider.testing import MockServices

NAMESPACE = "3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60"
TINY = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 5}


class Run:
    """One run of a DAG. ``states``, ``results`` and ``errors`` say by task id what became of it."""

    def __init__(self, dag: Any, run_id: str, conf: dict[str, Any] | None = None) -> None:
        self.dag, self.run_id, self.conf = dag, run_id, conf or {}
        self.states: dict[str, str] = {}
        self.results: dict[str, Any] = {}
        self.errors: dict[str, Exception] = {}
        self.tries: dict[str, int] = {}
        self.pushed: dict[tuple[str, str], Any] = {}
        self.outlet_events = OutletEventAccessors()
        self._params: dict[str, Any] = {}

    def go(self, before: Callable[[str], None] = lambda _: None) -> Run:
        """Run every task. ``before`` is called with each task's id before it."""
        for task in self.dag.topological_sort():
            before(task.task_id)
            self.states[task.task_id] = self._verdict(task) or self._attempt(task)
        return self

    def _verdict(self, task: Any) -> str | None:
        """The state of a task whose trigger rule is not met; ``None`` when it may run."""
        rule = str(getattr(task.trigger_rule, "value", task.trigger_rule))
        above = [self.states[name] for name in task.upstream_task_ids]
        if rule == "all_success" and any(state != "success" for state in above):
            return "skipped" if "skipped" in above and not {"failed", "upstream_failed"} & set(above) else "upstream_failed"
        setups = [self.states[name] for name in task.upstream_task_ids if self.dag.get_task(name).is_setup]
        if rule == "all_done_setup_success" and setups and "success" not in setups:
            return "upstream_failed"
        failed_setups = any(self.states.get(t.task_id) in ("failed", "upstream_failed") for t in self.dag.tasks if t.is_setup)
        return "upstream_failed" if rule == "all_done" and failed_setups else None

    def _attempt(self, task: Any) -> str:
        for number in range(1, task.retries + 2):
            self.tries[task.task_id] = number
            try:
                self.results[task.task_id] = self.execute(task.task_id, try_number=number)
            except AirflowSkipException:
                return "skipped"
            except AirflowFailException as error:
                self.errors[task.task_id] = error
                return "failed"
            except Exception as error:  # noqa: BLE001 - as Airflow: whatever it is, it is tried again
                self.errors[task.task_id] = error
            else:
                return "success"
        return "failed"

    def execute(self, task_id: str, try_number: int = 1) -> Any:
        """One try of one task."""
        task = self.dag.task_dict[task_id].prepare_for_execution()
        context = self._context(task, try_number)
        task.render_template_fields(context)
        try:
            result = task.execute(context)
        except TaskDeferred as deferred:
            path, arguments = deferred.trigger.serialize()
            trigger = type(deferred.trigger)(**json.loads(json.dumps(arguments)))
            assert path.endswith(type(trigger).__name__)
            event = asyncio.run(self._first_event(trigger))
            result = task.resume_execution(deferred.method_name, {"event": event}, context)
        return json.loads(json.dumps(result))

    @staticmethod
    async def _first_event(trigger: Any) -> Any:
        return (await anext(trigger.run())).payload

    def _context(self, task: Any, try_number: int) -> dict[str, Any]:
        def xcom_pull(task_ids: str, key: str = "return_value", default: Any = None, **_: Any) -> Any:
            return self.results.get(task_ids, default) if key == "return_value" else self.pushed.get((task_ids, key), default)

        ti = SimpleNamespace(
            dag_id=self.dag.dag_id,
            run_id=self.run_id,
            task_id=task.task_id,
            map_index=-1,
            try_number=try_number,
            max_tries=task.retries,
            log_url="",
            xcom_pull=xcom_pull,
            xcom_push=lambda key, value: self.pushed.update({(task.task_id, key): json.loads(json.dumps(value))}),
            get_task_states=lambda task_ids, **_: {self.run_id: {name: self.states[name] for name in task_ids if name in self.states}},
        )
        if not self._params:  # no task has any of its own, and to check them takes longer than most tasks
            self._params = process_params(self.dag, task, self.conf, suppress_exception=False)
        return {
            "ti": ti,
            "task_instance": ti,
            "run_id": self.run_id,
            "dag": self.dag,
            "task": task,
            "dag_run": SimpleNamespace(conf=self.conf),
            "params": dict(self._params),
            "outlet_events": self.outlet_events,
            "expanded_ti_count": None,
        }


@pytest.fixture
def make_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Run]:
    """A run of a DAG that reports below the test's folder, in an installation of its own."""
    monkeypatch.setenv("AIRFLOW__DEAN__NAMESPACE", NAMESPACE)
    monkeypatch.setenv("AIRFLOW__DEAN__REPORT_URI", tmp_path.as_uri())
    monkeypatch.setenv("AIRFLOW__DEAN__POLL_SECONDS", "0.2")
    monkeypatch.setattr(deferral, "triggerer_alive", lambda: True)
    return Run


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServices]:
    with MockServices(tmp_path_factory.mktemp("services"), evolution={"workers": 1, "heartbeat_seconds": 0.2}) as running:
        yield running


@pytest.fixture
def connected(services: MockServices, connect: Callable[..., None]) -> Iterator[MockServices]:
    """The services behind this Airflow's default connections."""
    for service in (services.indexagent, services.evolution):
        service.faults.clear()
    connect("indexagent", services.indexagent.url)
    connect("evolution", services.evolution.url)
    forget()
    yield services
    forget()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the default connection of a service lead to a URL."""

    def make(service: str, url: str, **extra: Any) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        impatient = {"attempts": 2, "backoff_seconds": 0.05, "breaker_threshold": 100}
        value = {"conn_type": f"dean_{service}", "schema": "http", "host": host, "port": int(port), "extra": {**impatient, **extra}}
        monkeypatch.setenv(f"AIRFLOW_CONN_DEAN_{service.upper()}_DEFAULT", json.dumps(value))
        forget()

    return make


@pytest.fixture
def tiny() -> dict[str, Any]:
    return dict(TINY)
