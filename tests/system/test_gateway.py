"""Trials steered through the gateway of a live Airflow, as a page does it: with the session's cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from dean_provider.local.airflow_home import AirflowHome
from dean_provider.local.stack import Stack
from tests.system.conftest import NEWEST

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    NEWEST,
]
Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(stack: Stack) -> Any:
    """Sends requests to the gateway as a page of this Airflow does."""
    url = stack.airflow_home.url
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{url}/auth/token", json={"username": AirflowHome.USER, "password": stack.secrets.password}, timeout=30)
        session.cookies.set("_token", answer.json()["access_token"])

        def send(method: str, path: str, **more: Any) -> Any:
            found = session.request(method, f"{url}/dean/api/v1{path}", headers={"Origin": url}, timeout=60, **more)
            assert found.ok, f"{method} {path}: {found.status_code} {found.text}"
            return found

        yield send


def _start(live: Any, ask: Ask, config: dict[str, Any]) -> dict[str, Any]:
    live.have_triggerers(1)
    return ask("POST", "/trials", json={"config": config}).json()["workflow"]


def _becomes(live: Any, ask: Ask, workflow_id: str, status: str) -> dict[str, Any]:
    def look() -> Any:
        trial = ask("GET", f"/trials/{workflow_id}").json()
        return trial if trial["status"] == status else None

    return dict(live.wait(look, f"trial {workflow_id} to be {status}"))


def test_a_trial_is_paused_goes_on_and_is_cancelled_and_its_run_with_it(live: Any, ask: Ask) -> None:
    trial = _start(live, ask, live.endless("steered"))
    path, run_id = f"/trials/{trial['id']}", trial["run_id"]
    live.task(live.dag_id, run_id, "await_evolution").becomes("deferred")
    live.wait(lambda: ask("GET", path).json()["generation"] >= 1, "a generation to be recorded")

    assert ask("POST", f"{path}/pause", json={"reason": "look at it"}).json()["status"] == "paused"
    (held,) = live.wait(lambda: (now := live.trials("steered"))[0].status.value == "paused" and now, "the remote trial to be held")
    assert live.task(live.dag_id, run_id, "await_evolution").now()["state"] == "deferred"
    assert ask("POST", f"{path}/resume", json={}).json()["status"] == "running"
    live.running("steered", held.current_generation + 1)

    live.change("PATCH", f"/dags/{live.dag_id}", {"is_paused": True})
    try:
        reached = ask("GET", path).json()["generation"]
        live.wait(
            lambda: ask("GET", path).json()["generation"] > reached, "the trial to go on, and to be recorded, while its DAG is paused"
        )
    finally:
        live.change("PATCH", f"/dags/{live.dag_id}", {"is_paused": False})

    assert ask("POST", f"{path}/cancel", json={"reason": "seen enough"}).json()["status"] == "cancelled"
    live.stopped("steered")
    assert live.end(live.dag_id, run_id) == "failed"
    events = ask("GET", f"/workflows/{trial['id']}/events?limit=1000").json()["events"]
    steps = [event["event_type"] for event in events if event["actor"]["kind"] == "user"]
    assert steps == ["trial.requested", "trial.paused", "trial.resumed", "trial.cancelled"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))


def _told(ask: Ask, workflow_id: str, event_type: str) -> list[dict[str, Any]]:
    return [event["details"] for event in ask("GET", f"/workflows/{workflow_id}/events?event_type={event_type}").json()["events"]]


def test_airflows_own_buttons_approve_patterns_and_cancel_trials_and_both_are_on_record(live: Any, ask: Ask) -> None:
    ended = _start(live, ask, live.endless("ended-by-airflow"))
    asking = _start(live, ask, live.tiny("approved", population_size=20, generations=10, seed=1, pattern_policy="approve"))
    approve = live.task(live.dag_id, asking["run_id"], "approve_patterns")
    # Airflow 3.3 has a state for it.
    live.wait(lambda: approve.now()["state"] in ("awaiting_input", "deferred"), "people to be asked")
    (question,) = _told(ask, asking["id"], "approval.asked")
    assert question["pattern_ids"]

    live.change("PATCH", f"/dags/{live.dag_id}/dagRuns/{ended['run_id']}", {"state": "failed"})
    live.stopped("ended-by-airflow")
    # By then the scheduler knows that the task that asks has left its worker: no person answers before that, and it would ask again.
    live.task(live.dag_id, ended["run_id"], "compensate").becomes("failed")
    assert _becomes(live, ask, ended["id"], "cancelled")["generation"] >= 1
    assert len(_told(ask, ended["id"], "trial.cancelled")) == 1

    answer = {"chosen_options": ["Approve"], "params_input": {"comment": "looks right"}}
    path = f"/dags/{live.dag_id}/dagRuns/{asking['run_id']}/taskInstances/approve_patterns/-1/hitlDetails"
    live.change("PATCH", path, answer)
    assert live.end(live.dag_id, asking["run_id"]) == "success"
    (given,) = _told(ask, asking["id"], "approval.given")
    assert (given["approved"], given["by"], given["comment"]) == (True, "admin", "looks right")
    assert given["pattern_ids"] == question["pattern_ids"]
    (applied,) = _told(ask, asking["id"], "pattern.applied")
    assert sorted(applied["pattern_ids"]) == sorted(question["pattern_ids"])
