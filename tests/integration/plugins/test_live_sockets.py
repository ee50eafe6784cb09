"""Live sockets of Airflow's own API server, with both auth managers, behind a prefix, and where nobody signs in."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.integration

SCRIPT = Path(__file__).parents[3] / "docs" / "how-to" / "watch_live.py"
RUNNING, HIDDEN = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000003"


@pytest.mark.parametrize("auth", ["simple", "fab"])
def test_what_is_recorded_arrives_in_order(live: Any, auth: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(auth)
    with live.watching(server, "viewer") as everything:
        assert everything.hello["type"] == "hello"
        trial = live.tell(server, 0, 1)
        with live.watching(server, "viewer", trial) as one:
            assert one.hello["positions"] == {trial: 3}
            live.tell(server, 2, workflow_id=trial)
            assert [event["sequence"] for event in one.events(1)] == [4]
        events = everything.events(4)
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert [event["event"] for event in events] == ["orchestration.workflow.open", *["evolution.generation.complete"] * 3]
    assert events[-1]["data"]["generation"]["generation"] == 2


def _refused(live: Any, server: Any, protocols: list[str], path: str = "ws/events", **more: Any) -> int:
    with pytest.raises(InvalidStatus) as refused, connect(live.address(server, path), subprotocols=protocols or None, **more):
        pass
    status: int = refused.value.response.status_code
    return status


def test_a_ticket_opens_one_socket_once_for_a_page_of_this_server(live: Any, simple: Any) -> None:
    ticket = live.issue(simple)
    offered = [ticket["protocol"], ticket["ticket"]]
    assert _refused(live, simple, offered, f"ws/trials/{RUNNING}") == 401
    assert _refused(live, simple, offered, origin="https://evil.example") == 403
    with connect(live.address(simple, ticket["path"]), subprotocols=offered, origin=simple.origin) as socket:
        assert socket.subprotocol == ticket["protocol"]
    assert _refused(live, simple, offered) == 401


def test_neither_a_cookie_nor_a_token_opens_a_socket_nor_a_ticket_anything_else(live: Any, simple: Any) -> None:
    token = simple.tokens["admin"]
    assert _refused(live, simple, []) == 401
    assert _refused(live, simple, [], additional_headers={"Cookie": f"_token={token}"}) == 401
    assert _refused(live, simple, [], f"ws/events?token={token}") == 401
    ticket = live.issue(simple)
    assert _refused(live, simple, [ticket["protocol"], token]) == 401
    assert simple.send("GET", "/dean/api/v1/trials", token=ticket["ticket"]).status_code == 401
    assert simple.send("GET", "/api/v2/dags", token=ticket["ticket"]).status_code in (401, 403)


def test_a_role_made_for_one_dag_is_sent_its_events_only(live: Any, fab: Any) -> None:
    assert fab.call("POST", "/live/tickets", "custom", json={"workflow_id": HIDDEN}).status_code == 403
    with live.watching(fab, "custom") as custom, live.watching(fab, "admin") as admin:
        assert HIDDEN not in custom.hello["positions"]
        live.tell(fab, 0, dag_id="dean_evolution_trial_scheduled")
        mine = live.tell(fab, 0)
        assert [event["workflow_id"] for event in custom.events(2)] == [mine, mine]
        assert {event["dag_id"] for event in admin.events(4)} == {"dean_evolution_trial_scheduled", "dean_evolution_trial"}


@pytest.mark.parametrize("auth", ["simple", "fab"])
def test_signing_out_closes_the_sockets_of_that_session(live: Any, auth: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(auth)
    server.tokens["leaving"] = server.fresh_token("viewer")
    with live.watching(server, "leaving") as leaving, live.watching(server, "viewer") as stays:
        server.send("GET", "/api/v2/auth/logout", headers={"Authorization": f"Bearer {server.tokens['leaving']}"})
        assert leaving.closed() == ("session_ended", 4401)
        live.tell(server, 0)
        stays.events(2)


def test_whoever_comes_back_is_sent_what_came_since(live: Any, simple: Any) -> None:
    with live.watching(simple) as socket:
        trial = live.tell(simple, 0)
        socket.events(2)
    live.tell(simple, 1, workflow_id=trial)
    other = live.tell(simple, 0)
    positions = {**socket.hello["positions"], trial: 2}
    with live.watching(simple, positions=positions, since=socket.hello["timestamp"]) as again:
        found = [(event["workflow_id"], event["sequence"]) for event in again.events(3)]
        assert sorted(found) == sorted([(trial, 3), (other, 1), (other, 2)])
        live.tell(simple, 1, workflow_id=other)
        assert [event["sequence"] for event in again.events(1)] == [3]


def test_behind_a_prefix_where_nobody_signs_in(live: Any, start_server: Callable[..., Any]) -> None:
    """No cookie is ever set there: a ticket needs none."""
    server = start_server("simple", "/af", AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="True")
    ticket = server.send("POST", "/dean/api/v1/live/tickets", json={}).json()
    assert ticket["path"] == "ws/events"
    with connect(live.address(server, ticket["path"]), subprotocols=[ticket["protocol"], ticket["ticket"]]) as socket:
        socket.send('{"type": "resume"}')
        assert '"type":"hello"' in socket.recv(timeout=20)
        live.tell(server, 0)
        assert any('"workflow_type":"trial"' in socket.recv(timeout=20) for _ in range(10))


def test_the_client_of_the_how_to_prints_what_happens(live: Any, simple: Any) -> None:
    env = {**os.environ, "AIRFLOW": simple.origin, "TOKEN": simple.tokens["viewer"], "NO_PROXY": "127.0.0.1"}
    done, trial = threading.Event(), live.tell(simple, 0)

    def go_on() -> None:
        for number in range(1, 200):
            live.tell(simple, number, workflow_id=trial)
            if done.wait(0.2):
                return

    with subprocess.Popen([sys.executable, SCRIPT], env=env, stdout=subprocess.PIPE, text=True) as script:
        going = threading.Thread(target=go_on)
        going.start()
        try:
            assert script.stdout is not None
            assert any(" evolution.generation.complete " in script.stdout.readline() for _ in range(10))
        finally:
            done.set()
            going.join()
            script.kill()
