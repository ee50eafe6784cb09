"""What holds for every route: it is somebody's, it is described, and whatever goes wrong is a problem document."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from uuid import UUID, uuid4

import anyio.to_thread
import pytest

from dean_provider.contract.endpoints import gateway as operations
from dean_provider.contract.problem import MEDIA_TYPE
from dean_provider.plugins.api.app import rights, routes
from dean_provider.plugins.api.documentation import DOCUMENTS
from dean_provider.plugins.api.live.assembly import SOCKETS

PROBLEM = {"type", "title", "status", "error_code", "message", "details", "timestamp", "request_id", "suggestions"}


def _wire(path: str) -> str:
    return re.sub(r"{\w+}", str(uuid4()), path.removeprefix("/dean"))


def test_every_operation_of_the_contract_is_served_by_one_rule(gateway) -> None:
    table = routes(gateway.around)
    assert {operation.name for operation in table} == set(operations.REFERENCE.routes) == {one.name for one in operations.OPERATIONS}
    assert set(rights(table)) == set(operations.REFERENCE.routes) | set(DOCUMENTS) | set(SOCKETS)


def test_every_route_of_the_application_has_a_rule(gateway) -> None:
    table = routes(gateway.around)
    assert {route.name for route in gateway.client.app.routes} == set(rights(table))


def test_nobody_gets_past_without_being_known(gateway) -> None:
    for route in operations.REFERENCE.routes.values():
        answer = gateway.client.request(route.method, _wire(route.path))
        assert answer.status_code == 401, route
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert set(answer.json()) == PROBLEM


def test_whoever_is_unknown_does_not_even_learn_what_there_is(gateway) -> None:
    for path in ("/openapi.json", "/docs", "/nothing/here", "/"):
        assert gateway.client.get(path).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/trials", 405), ("GET", "/trials?limit=x", 422), ("GET", f"/trials/{UUID(int=404)}", 404)],
)
def test_whatever_is_wrong_is_a_problem_with_the_requests_id(gateway, method, path, status) -> None:
    answer = gateway.call(method, path, headers={"X-Request-ID": "mine-1"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert set(problem) == PROBLEM
    assert (problem["status"], problem["request_id"], answer.headers["x-request-id"]) == (status, "mine-1", "mine-1")


def test_a_body_that_is_too_large_is_not_read(gateway) -> None:
    answer = gateway.post("/trials", caller="user:admin", headers={"content-length": str(9 * 2**20)})
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "limit_exceeded"


def test_a_crash_is_answered_without_its_trace(gateway, monkeypatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("dean_provider.state.queries.list_workflows", crash)
    answer = gateway.get("/trials")
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "service_failure"
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_a_database_that_does_not_answer_is_503_and_says_when_to_come_again(gateway, monkeypatch) -> None:
    from sqlalchemy.exc import OperationalError

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("could not connect to server at 10.0.0.1"))

    monkeypatch.setattr("dean_provider.state.queries.list_workflows", fail)
    answer = gateway.get("/trials")
    assert (answer.status_code, answer.json()["error_code"]) == (503, "service_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert "10.0.0.1" not in answer.text


def test_callers_who_ask_too_fast_wait_each_by_themselves(make_gateway) -> None:
    gateway = make_gateway(gateway_requests_per_second=1.0)
    answers = [gateway.get("/access", "user:viewer") for _ in range(7)]
    assert {answer.status_code for answer in answers[:5]} == {200}
    refused = answers[-1]
    assert (refused.status_code, refused.json()["error_code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) >= 1
    assert gateway.get("/access", "user:admin").status_code == 200


def test_an_answer_that_the_caller_has_is_not_sent_again(gateway) -> None:
    workflow_id = gateway.trial()
    first = gateway.get(f"/trials/{workflow_id}")
    again = gateway.get(f"/trials/{workflow_id}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    from dean_provider.contract.events.trial import TrialPaused

    gateway.tell(workflow_id, TrialPaused(generation=1))
    assert gateway.get(f"/trials/{workflow_id}", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_only_the_fields_asked_for_are_sent(gateway) -> None:
    workflow_id = gateway.trial()
    assert gateway.get(f"/trials/{workflow_id}?fields=id,status").json() == {"id": str(workflow_id), "status": "running"}
    page = gateway.get("/trials?fields=name&limit=5").json()
    assert page == {"workflows": [{"name": "one"}], "next_cursor": None}
    unknown = gateway.get("/trials?fields=nmae")
    assert (unknown.status_code, unknown.json()["details"]["problems"][0]["value"]) == (422, "nmae")


def test_the_description_says_who_may(gateway) -> None:
    answer = gateway.client.get("/openapi.json", headers={"x-caller": "user:viewer"}).json()
    operation = answer["paths"]["/api/v1/trials"]["post"]
    assert operation["description"] == "For whoever creates runs of the DAG."
    assert {"bearer", "session"} == set(answer["components"]["securitySchemes"])
    assert any(parameter["name"] == "idempotency-key" for parameter in operation["parameters"])
    asked = {parameter["name"]: parameter for parameter in answer["paths"]["/api/v1/trials"]["get"]["parameters"]}
    assert {"dag_id", "status", "search", "limit", "cursor", "fields"} <= set(asked)
    assert not asked["limit"]["required"]
    page = gateway.client.get("/docs", headers={"x-caller": "user:viewer"})
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    for path in ("/docs", "/openapi.json"):
        assert gateway.client.get(path, headers={"x-caller": "task:mine"}).status_code == 403


def test_a_read_takes_a_thread_once(gateway, monkeypatch) -> None:
    workflow_id, run_sync, taken = gateway.trial(), anyio.to_thread.run_sync, []

    async def counted(function, *arguments, **more):
        taken.append(function)
        return await run_sync(function, *arguments, **more)

    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    for path in ("/trials?limit=5", f"/trials/{workflow_id}", f"/trials/{workflow_id}?fields=id", f"/workflows/{workflow_id}/events"):
        taken.clear()
        assert gateway.get(path).status_code == 200
        assert len(taken) == 1, path


def test_expensive_reads_are_turned_away_first(gateway, monkeypatch) -> None:
    workflow_id = gateway.trial()
    expensive = gateway.around.room.expensive
    monkeypatch.setattr(expensive, "waiting", expensive.threads + expensive.queue)
    shed = gateway.get(f"/trials/{workflow_id}/generations")
    assert (shed.status_code, shed.headers["retry-after"]) == (503, "2")
    assert gateway.get(f"/trials/{workflow_id}").status_code == 200


def test_however_many_ask_at_once_no_more_connections_are_taken_than_there_are_threads(gateway) -> None:
    workflow_id = gateway.trial()
    room, gate, taken, most = gateway.around.room, threading.Event(), set(), [0]
    sessions = room.sessions

    @contextmanager
    def held():
        with sessions() as session:
            taken.add(threading.get_ident())
            most[0] = max(most[0], len(taken))
            if len(taken) == room.cheap.threads:
                gate.set()
            assert gate.wait(30)
            yield session
            taken.discard(threading.get_ident())

    room.sessions = held
    paths = [f"/api/v1/trials/{workflow_id}", f"/api/v1/trials/{workflow_id}/generations", "/api/v1/trials"] * 20
    answers = gateway.client.get_together(paths, headers={"x-caller": "user:admin"})
    assert most[0] <= room.cheap.threads + room.expensive.threads
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert sum(answer.status_code == 200 for answer in answers) > len(paths) // 2
