"""Who may what, with an auth manager whose answers are known; the real ones are asked in tests/integration/plugins."""

from __future__ import annotations

from uuid import uuid4

import pytest

from dean_provider.contract.events.installation import ServiceRemoved

WRITES = ["cancel", "pause", "resume"]


@pytest.mark.parametrize("verb", WRITES)
def test_whoever_only_reads_steers_nothing(gateway, verb) -> None:
    workflow_id = gateway.trial()
    answer = gateway.post(f"/trials/{workflow_id}/{verb}", {}, "user:viewer")
    assert (answer.status_code, answer.json()["error_code"]) == (403, "permission_denied")
    assert gateway.airflow.ended == []
    assert gateway.evolution.asked == []


def test_a_trial_is_read_by_whoever_reads_its_dags_runs(gateway) -> None:
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    assert gateway.get(f"/trials/{mine}", "user:viewer:mine").status_code == 200
    for path in ("", "/generations", "/access", "/agents", "/report"):
        assert gateway.get(f"/trials/{others}{path}", "user:viewer:mine").status_code == 403
    assert gateway.get(f"/workflows/{others}/events", "user:viewer:mine").status_code == 403


def test_lists_and_counts_hold_only_what_the_caller_may_read(make_gateway) -> None:
    gateway = make_gateway({"health": RuntimeError}, {})
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    assert [one["id"] for one in gateway.get("/trials", "user:viewer:mine").json()["workflows"]] == [str(mine)]
    assert [one["id"] for one in gateway.get("/workflows", "user:viewer:mine").json()["workflows"]] == [str(mine)]
    assert {one["id"] for one in gateway.get("/trials").json()["workflows"]} == {str(mine), str(others)}


def test_trials_one_may_not_read_look_like_none_when_compared(gateway) -> None:
    mine, others = gateway.trial(dag_id="mine"), gateway.trial(dag_id="others")
    denied = gateway.get(f"/comparisons?workflow_ids={mine},{others}", "user:viewer:mine")
    unknown = gateway.get(f"/comparisons?workflow_ids={mine},{uuid4()}", "user:viewer:mine")
    assert denied.status_code == unknown.status_code == 404
    assert denied.json()["details"] == {"workflow_ids": [str(others)]}


def test_the_audit_log_is_of_the_dags_one_may_read(gateway) -> None:
    from dean_provider.contract.events import Actor, ActorKind

    person = Actor(kind=ActorKind.USER, name="ann", address="192.0.2.7")
    mine, others = gateway.trial(dag_id="mine", actor=person), gateway.trial(dag_id="others", actor=person)
    seen = {event["workflow_id"] for event in gateway.get("/audit", "user:viewer:mine").json()["events"]}
    assert str(mine) in seen
    assert str(others) not in seen


@pytest.mark.parametrize(
    ("role", "reads", "changes"), [("viewer", True, False), ("user", True, False), ("op", True, True), ("admin", True, True)]
)
def test_configuration_and_services_follow_airflows_configuration(gateway, role, reads, changes) -> None:
    caller = f"user:{role}"
    access = gateway.get("/access", caller).json()
    assert (access["allowed"]["read_configuration"], access["allowed"]["change_configuration"]) == (reads, changes)
    answer = gateway.call("DELETE", "/services/none", caller)
    assert (answer.status_code != 403) is changes
    assert ("change_configuration" in access["reasons"]) is not changes


@pytest.mark.parametrize("path", ["/trials", "/status", "/access", "/configuration", "/audit", "/services", "/patterns"])
def test_a_tasks_token_reads_nothing(gateway, path) -> None:
    assert gateway.get(path, "task:mine").status_code == 403


def test_a_tasks_token_sees_that_the_gateway_is_well_and_the_scrapers_only_the_figures(gateway) -> None:
    assert gateway.get("/health", "task:mine").status_code == 200
    assert gateway.get("/health", "scraper").status_code == 403
    assert gateway.client.get("/metrics", headers={"x-caller": "scraper"}).status_code == 200
    assert gateway.client.get("/metrics", headers={"x-caller": "task:mine"}).status_code == 403


def test_what_was_done_to_the_installation_is_read_by_auditors_who_read_the_configuration(gateway) -> None:
    from sqlalchemy.orm import Session

    from dean_provider.contract.events import Actor, ActorKind, ReportedFact
    from dean_provider.state import record
    from dean_provider.state.signing import Keys

    with Session(gateway.engine) as session, session.begin():
        record.append_system(
            session, [ReportedFact.of(ServiceRemoved(service="s"))], actor=Actor(kind=ActorKind.USER, name="ann"), keys=Keys()
        )
        workflow_id = record.system_workflow_id(session)
    assert gateway.get(f"/workflows/{workflow_id}").json()["workflow_type"] == "system"
    assert gateway.get(f"/trials/{workflow_id}").status_code == 404


def test_a_write_by_cookie_must_come_from_a_page_of_this_airflow(gateway) -> None:
    workflow_id = gateway.trial()
    path, body = f"/trials/{workflow_id}/cancel", {}
    session = {"cookie": "_token=x"}
    foreign = {**session, "sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert gateway.post(path, body, headers=foreign).status_code == 403
    assert gateway.post(path, body, headers={**session, "origin": "https://evil.example"}).status_code == 403
    assert gateway.post(path, body, headers=session).status_code == 403
    assert gateway.airflow.ended == []
    assert gateway.post(path, body, headers={**session, "origin": "http://testserver"}).status_code != 403
    assert gateway.get("/trials", headers=foreign).status_code == 200
