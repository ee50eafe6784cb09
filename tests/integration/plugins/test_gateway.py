"""The gateway inside Airflow's own API server: sessions, tasks' tokens, runs by Airflow's own API, what people change while it runs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

pytestmark = pytest.mark.integration

RUNNING, COMPLETED, NOBODY = (f"00000000-0000-0000-0000-0000000000{number}" for number in ("01", "02", "ff"))
DAG = "dean_evolution_trial"


def test_a_session_cookie_is_as_good_as_a_token_but_a_write_must_come_from_our_own_page(simple: Any) -> None:
    cookie = {"Cookie": f"_token={simple.tokens['user']}"}
    assert simple.send("GET", "/dean/api/v1/access", headers=cookie).json()["user"] == "user"
    body: dict[str, Any] = {"json": {"config": {"generations": 0}}}
    own = {**cookie, "Origin": simple.origin}
    assert simple.send("POST", "/dean/api/v1/trials", headers=own, **body).status_code == 422
    for foreign in (cookie, {**cookie, "Origin": "https://evil.example"}, {**cookie, "Sec-Fetch-Site": "cross-site"}):
        answer = simple.send("POST", "/dean/api/v1/trials", headers=foreign, **body)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "permission_denied")


@pytest.mark.parametrize("auth", ["simple", "fab"])
def test_a_trial_is_a_run_created_by_airflow_as_the_caller(auth: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(auth)
    key = {"Idempotency-Key": f"start-{auth}"}
    first = server.call("POST", "/trials", "user", json={"config": {"seed": 11}, "note": "for a test"}, headers=key)
    assert first.status_code == 200, first.text
    workflow = first.json()["workflow"]
    run = server.send("GET", f"/api/v2/dags/{DAG}/dagRuns/{workflow['run_id']}", token=server.tokens["user"]).json()
    assert (run["state"], run["conf"], run["triggering_user_name"]) == ("queued", {"seed": 11}, "user")
    again = server.call("POST", "/trials", "user", json={"config": {"seed": 11}, "note": "for a test"}, headers=key).json()
    assert (again["created"], again["workflow"]["id"]) == (False, workflow["id"])
    assert server.call("GET", f"/trials/{workflow['id']}", "viewer").json()["owner"] == "user"
    cancelled = server.call("POST", f"/trials/{workflow['id']}/cancel", "user", json={"reason": "enough"})
    assert cancelled.json()["status"] == "cancelled", cancelled.text
    # Airflow skips what has not run; the run itself fails when its teardown has.
    tasks = server.send("GET", f"/api/v2/dags/{DAG}/dagRuns/{workflow['run_id']}/taskInstances", token=server.tokens["user"]).json()
    assert {task["state"] for task in tasks["task_instances"] if task["task_id"] != "compensate"} == {"skipped"}


def test_by_cookie_too(simple: Any) -> None:
    headers = {"Cookie": f"_token={simple.tokens['user']}", "Origin": simple.origin}
    answer = simple.send("POST", "/dean/api/v1/trials", headers=headers, json={"config": {"seed": 12}})
    assert answer.status_code == 200, answer.text
    run_id = answer.json()["workflow"]["run_id"]
    run = simple.send("GET", f"/api/v2/dags/{DAG}/dagRuns/{run_id}", token=simple.tokens["user"]).json()
    assert run["triggering_user_name"] == "user"


def test_many_started_at_once_are_all_through_and_none_twice(simple: Any) -> None:
    def start(number: int) -> Any:
        return simple.call("POST", "/trials", "user", json={}, headers={"Idempotency-Key": f"many-{number % 20}"})

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(start, range(30)))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers if answer.status_code != 200][:3]
    assert len({answer.json()["workflow"]["id"] for answer in answers}) == 20
    assert sum(answer.json()["created"] for answer in answers) == 20


def test_a_form_names_the_dags_and_who_may_start_them(simple: Any) -> None:
    for role, allowed in (("viewer", False), ("user", True)):
        form = simple.call("GET", "/forms/trial", role).json()
        dags = {one["dag_id"]: one for one in form["dags"]}
        assert set(dags) == {"dean_evolution_trial", "dean_evolution_trial_scheduled"}
        assert (dags["dean_evolution_trial"]["allowed"], bool(dags["dean_evolution_trial"]["reason"])) == (allowed, not allowed)
        assert not dags["dean_evolution_trial"]["paused"]
        assert form["objectives_problem"]
    check = simple.call("POST", "/checks/trial", "viewer", json={"config": {"elite_size": 60}}).json()
    assert [one["field"] for one in check["problems"]] == ["elite_size"]
    for role, told in (("viewer", False), ("user", False), ("op", True)):
        check = simple.call("POST", "/checks/trial", role, json={"config": {"evolution_conn_id": "no_such_connection"}}).json()
        assert (check["valid"], bool(check["unasked"]), "no_such_connection" in check["unasked"]) == (True, True, told)


def test_what_airflow_says_about_a_conf_is_told(simple: Any) -> None:
    answer = simple.call("POST", "/trials", "user", json={"dag_id": "no_such_dag"})
    assert answer.status_code == 404
    assert "no_such_dag" in answer.json()["message"]


def _facts(key: str, **details: Any) -> dict[str, Any]:
    return {
        "origin": {"dag_id": DAG, "run_id": "running"},
        "facts": [{"event_type": "own.measured", "idempotency_key": key, "details": details}],
    }


def test_a_task_tells_its_facts_once(simple: Any) -> None:
    path, token = f"/dean/api/v1/workflows/{RUNNING}/events", simple.task_token()
    first = simple.send("POST", path, token=token, json=_facts("once", value=1.5))
    again = simple.send("POST", path, token=token, json=_facts("once", value=1.5))
    other = simple.send("POST", path, token=token, json=_facts("once", value=2.5))
    assert (first.json()["recorded"], again.json()["recorded"], again.json()["known"]) == (1, 0, 1)
    assert (other.status_code, other.json()["error_code"]) == (409, "conflict")


@pytest.mark.parametrize(
    "claims", [{"run_id": "completed"}, {"dag_id": "dean_evolution_trial_scheduled"}, {"map_index": 3}], ids=["run", "dag", "map index"]
)
def test_a_task_tells_nothing_about_others(simple: Any, claims: dict[str, Any]) -> None:
    answer = simple.send("POST", f"/dean/api/v1/workflows/{RUNNING}/events", token=simple.task_token(**claims), json=_facts("x"))
    assert (answer.status_code, answer.json()["error_code"]) == (403, "permission_denied")


def test_a_task_cannot_write_into_the_record_of_another_run_by_naming_its_own(simple: Any) -> None:
    answer = simple.send("POST", f"/dean/api/v1/workflows/{COMPLETED}/events", token=simple.task_token(), json=_facts("x"))
    assert answer.status_code == 403


def test_a_token_that_is_not_good_is_refused_and_a_wrong_signature_names_the_settings(simple: Any) -> None:
    path = f"/dean/api/v1/workflows/{RUNNING}/events"
    wrong = simple.send("POST", path, token=simple.task_token(secret="another-secret-of-32-characters-xx"), json=_facts("x"))
    assert wrong.status_code == 401
    told = " ".join(wrong.json()["suggestions"])
    assert "gateway_conn_id" in told
    assert "use_api_secret" in told
    assert wrong.json()["details"]["checked_with"] == "connection dean_gateway_default"
    expired = simple.send("POST", path, token=simple.task_token(exp=int(time.time()) - 3600), json=_facts("x"))
    assert expired.status_code == 401
    unsigned = jwt.encode(jwt.decode(simple.task_token(), options={"verify_signature": False}), None, algorithm="none")
    assert simple.send("POST", path, token=unsigned, json=_facts("x")).status_code == 401
    airflows = simple.task_token(secret="airflows-own-secret-for-tests-only-0123456789-0123456789-0123456789")
    assert simple.send("POST", path, token=airflows, json=_facts("x")).status_code == 401


def test_a_tasks_token_is_no_token_of_airflows(simple: Any) -> None:
    assert simple.send("GET", "/api/v2/dags", token=simple.task_token()).status_code in (401, 403)


def test_the_configuration_is_changed_checked_recorded_and_reverted(simple: Any) -> None:
    def setting(name: str) -> Any:
        found = simple.call("GET", "/configuration", "op").json()
        return found["revision"], next(one for one in found["settings"] if one["name"] == name)

    revision, before = setting("population_size")
    change = {"revision": revision, "values": {"population_size": 77, "poll_seconds": 2.5}, "comment": "smaller"}
    changed = simple.call("PATCH", "/configuration", "op", json=change)
    assert changed.status_code == 200, changed.text
    now, after = setting("population_size")
    assert (now, after["value"], after["origin"]) == (revision + 1, 77, "Airflow Variable dean_config_overrides")
    assert simple.call("PATCH", "/configuration", "op", json=change).json()["error_code"] == "conflict"
    bad = {"revision": now, "values": {"population_size": 0, "report_uri": "/tmp", "nonsense": 1}}
    refused = simple.call("PATCH", "/configuration", "op", json=bad)
    assert refused.status_code == 422
    assert {problem["field"] for problem in refused.json()["details"]["problems"]} == {"population_size", "report_uri", "nonsense"}
    variable = simple.send("GET", "/api/v2/variables/dean_config_overrides", token=simple.tokens["op"]).json()["value"]
    assert '"population_size": 77' in variable
    reverted = simple.call("POST", "/configuration/reversions", "op", json={"revision": now, "to": revision})
    assert reverted.status_code == 200, reverted.text
    assert setting("population_size")[1]["value"] == before["value"]
    events = simple.call("GET", "/audit?event_type=configuration.changed&limit=4", "admin").json()["events"]
    assert {(event["details"]["option"], event["details"].get("before"), event["details"].get("after")) for event in events} == {
        ("population_size", None, 77),
        ("poll_seconds", None, 2.5),
        ("population_size", 77, None),
        ("poll_seconds", 2.5, None),
    }
    assert {event["actor"]["name"] for event in events} == {"op"}


def test_two_changes_from_the_same_revision_are_one_change(simple: Any) -> None:
    revision = simple.call("GET", "/configuration", "op").json()["revision"]

    def change(number: int) -> int:
        body = {"revision": revision, "values": {"failure_tolerance": number}}
        return simple.call("PATCH", "/configuration", "op", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(change, range(20, 26)))
    assert statuses == [200, 409, 409, 409, 409, 409]
    assert simple.call("GET", "/configuration", "op").json()["revision"] == revision + 1


def test_services_register_are_heard_of_and_forgotten(simple: Any) -> None:
    body = {"kind": "evolution", "url": "http://127.0.0.1:8090", "version": "1.2", "ttl_seconds": 5}
    known = simple.call("PUT", "/services/evo-2", "op", json=body)
    assert known.status_code == 200, known.text
    assert known.json()["source"] == "registered"
    listed = {one["name"]: one for one in simple.call("GET", "/services", "viewer").json()["services"]}
    assert {one["source"] for one in listed.values()} == {"connection", "registered"}
    beat = simple.call("POST", "/services/evo-2/heartbeat", "op", json={})
    assert beat.json()["expires_at"] >= known.json()["expires_at"]
    assert simple.call("DELETE", "/services/evo-2", "op").json() == {"released": True}
    assert simple.call("POST", "/services/evo-2/heartbeat", "op", json={}).status_code == 404
    with_secret = {**body, "url": "http://user:secret@127.0.0.1:8090"}
    assert simple.call("PUT", "/services/evo-2", "op", json=with_secret).status_code == 422


def test_a_report_is_served_in_a_box_and_only_from_the_folder_of_reports(simple: Any) -> None:
    folder = simple.home / "dean" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.html").write_text("<p>done</p>", "utf-8")
    (simple.home / "airflow-secret.html").write_text("secret", "utf-8")
    (folder / "link.html").symlink_to(simple.home / "airflow-secret.html")

    def report(uri: str) -> Any:
        fact = {"event_type": "report.published", "idempotency_key": uri, "details": {"uri": uri}}
        body = {"origin": {"dag_id": DAG, "run_id": "running"}, "facts": [fact]}
        told = simple.send("POST", f"/dean/api/v1/workflows/{RUNNING}/events", token=simple.task_token(), json=body)
        assert told.status_code == 200, told.text
        return simple.call("GET", f"/trials/{RUNNING}/report", "viewer")

    assert simple.call("GET", f"/trials/{COMPLETED}/report", "viewer").status_code == 404
    served = report((folder / "one.html").as_uri())
    assert (served.status_code, served.text) == (200, "<p>done</p>")
    assert "sandbox" in served.headers["content-security-policy"]
    assert "allow-same-origin" not in served.headers["content-security-policy"]
    outside = [
        (simple.home / "airflow-secret.html").as_uri(),
        f"{folder.as_uri()}/../../airflow-secret.html",
        (folder / "link.html").as_uri(),
        folder.as_uri(),
        "file:///etc/passwd",
        f"memory://{folder}/one.html",
    ]
    for uri in outside:
        answer = report(uri)
        assert answer.status_code == 404, uri
        assert "secret" not in answer.text.replace("airflow-secret", "")


def test_services_that_are_away_are_told_apart_from_a_gateway_that_is(simple: Any) -> None:
    assert simple.call("GET", "/health").json()["status"] == "healthy"
    status = simple.call("GET", "/status", "viewer").json()
    assert status["status"] == "unhealthy"
    assert {name: check["status"] for name, check in status["services"].items()} == {
        "indexagent": "unhealthy",
        "evolution": "unhealthy",
        "record": "healthy",
    }
    assert status["trials"]["running"] >= 1
    agents = simple.call("GET", f"/trials/{RUNNING}/agents", "viewer")
    assert agents.status_code in (502, 503, 504)
    assert agents.json()["error_code"] in ("connection_failed", "circuit_open", "service_unavailable")


def test_the_figures_are_in_prometheus_form(simple: Any) -> None:
    simple.call("GET", "/health")
    wanted = 'dean_gateway_requests_total{method="GET",route="/api/v1/health",status="200"}'
    deadline = time.monotonic() + 40  # told in rounds, over all processes
    while wanted not in (text := simple.send("GET", "/dean/metrics", token="metrics-token-for-tests").text):
        assert time.monotonic() < deadline, text
        time.sleep(0.5)


def test_airflows_own_secret_is_accepted_only_where_that_is_said(start_server: Any) -> None:
    server = start_server("simple", "/af", AIRFLOW__DEAN__USE_API_SECRET="True")
    now = int(time.time())
    claims = {
        "sub": "t",
        "dag_id": DAG,
        "run_id": "running",
        "task_id": "x",
        "map_index": -1,
        "aud": "dean-gateway",
        "iat": now,
        "exp": now + 60,
    }
    secret = "airflows-own-secret-for-tests-only-0123456789-0123456789-0123456789"
    token = jwt.encode(claims, secret, algorithm="HS512")
    path = f"/dean/api/v1/workflows/{RUNNING}/events"
    assert server.send("POST", path, token=token, json=_facts("by-airflow")).status_code == 200
    assert server.send("POST", path, token=server.task_token(), json=_facts("by-connection")).status_code == 200
    started = server.call("POST", "/trials", "user", json={})
    assert started.status_code == 200, started.text
    assert server.send("GET", "/dean/openapi.json", token=server.tokens["viewer"]).json()["servers"] == [{"url": "/af/dean"}]
