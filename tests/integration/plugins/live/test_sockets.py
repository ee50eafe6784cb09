"""Live sockets of Airflow's own API server."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.integration


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
    assert events[-1]["data"]["generation"] == 2


def _refused(live: Any, server: Any, protocols: list[str], path: str = "ws/events", **more: Any) -> int:
    with pytest.raises(InvalidStatus) as refused, connect(live.address(server, path), subprotocols=protocols, **more):
        pass
    status: int = refused.value.response.status_code
    return status


def test_a_ticket_opens_one_socket_once(live: Any, simple: Any) -> None:
    ticket = live.issue(simple)
    offered = [ticket["protocol"], ticket["ticket"]]
    assert _refused(live, simple, offered, "ws/trials/00000000-0000-0000-0000-000000000001") == 401
    with connect(live.address(simple, ticket["path"]), subprotocols=offered) as socket:
        assert socket.subprotocol == ticket["protocol"]
    assert _refused(live, simple, offered) == 401
