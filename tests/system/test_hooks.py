"""The hooks under a live Airflow: in a task, over a connection in its database; and as the client of that Airflow."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from dean_provider.contract.dag_run import DagRunState
from dean_provider.errors import AuthenticationError, ConflictError, NotFoundError
from dean_provider.hooks import AirflowHook, correlation_id, forget
from dean_provider.local.airflow_home import AirflowHome
from dean_provider.local.stack import Stack
from tests.system.conftest import NEWEST

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    NEWEST,
]

DAG_ID, RUN_ID = "system_hooks", "hooks:1+1"


@pytest.fixture
def hook(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[AirflowHook]:
    """Logs in to the live Airflow as its user would."""
    said = {"conn_type": "dean_airflow", "host": stack.airflow_home.url, "login": AirflowHome.USER, "password": stack.secrets.password}
    monkeypatch.setenv("AIRFLOW_CONN_LIVE", json.dumps(said))
    yield AirflowHook("live")
    forget()


def test_a_task_calls_a_service_over_a_stored_connection(stack: Stack, hook: AirflowHook) -> None:
    address = urlsplit(stack.evolution_url)
    body = {
        "connection_id": "system_stored",
        "conn_type": "dean_evolution",
        "host": address.hostname,
        "port": address.port,
        "password": stack.secrets.evolution_token,
    }
    stack.api.call("POST", "/connections", json=body)

    run = hook.trigger(DAG_ID, dag_run_id=RUN_ID, conf={"x": 1})
    assert run.dag_run_id == asyncio.run(hook.atrigger(DAG_ID, dag_run_id=RUN_ID, conf={"x": 1})).dag_run_id == RUN_ID
    with pytest.raises(ConflictError):
        hook.trigger(DAG_ID, dag_run_id=RUN_ID, conf={"x": 2})
    ends = time.monotonic() + 180
    while not (run := asyncio.run(hook.astatus(DAG_ID, RUN_ID))).state.ended and time.monotonic() < ends:
        stack.pause(0.5)

    assert (run.state, run.conf) == (DagRunState.SUCCESS, {"x": 1})
    assert [(task.task_id, task.state) for task in hook.tasks(DAG_ID, RUN_ID)] == [("call", "success")]
    told = hook.request("GET", f"/api/v2/dags/{DAG_ID}/dagRuns/hooks%3A1%2B1/taskInstances/call/xcomEntries/return_value")["value"]
    told = json.loads(told) if isinstance(told, str) else told
    assert "bin_packing" in told["sync"]
    assert told["async"] == told["sync"]
    assert told["correlation_id"] == correlation_id(DAG_ID, RUN_ID, "call", -1)


def test_pausing_and_what_is_not_there(stack: Stack, hook: AirflowHook) -> None:
    assert hook.pause(DAG_ID).is_paused is True
    assert asyncio.run(hook.aread(DAG_ID)).is_paused is True
    assert asyncio.run(hook.aunpause(DAG_ID)).is_paused is False
    with pytest.raises(NotFoundError):
        hook.status(DAG_ID, "absent")


def test_the_connection_is_tried(stack: Stack, hook: AirflowHook, monkeypatch: pytest.MonkeyPatch) -> None:
    tried, message = hook.test_connection()
    assert tried, message
    assert "healthy, dialect v2" in message

    said = {"conn_type": "dean_airflow", "host": stack.airflow_home.url, "login": AirflowHome.USER, "password": "wrong"}
    monkeypatch.setenv("AIRFLOW_CONN_WRONG", json.dumps(said))
    with pytest.raises(AuthenticationError):
        AirflowHook("wrong").read(DAG_ID)
