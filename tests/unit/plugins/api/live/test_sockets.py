"""What goes over a live socket, and who gets one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from dean_provider.contract.live import PROTOCOL


def test_what_is_recorded_is_sent_in_order(sockets: Any) -> None:
    trial = sockets.gateway.trial()
    with sockets.open() as everything, sockets.open(workflow_id=trial) as one:
        assert everything.hello["positions"] == one.hello["positions"] == {str(trial): 3}
        sockets.tell(trial, 0, 1)
        for socket in (everything, one):
            events = socket.events(2)
            assert [event["sequence"] for event in events] == [4, 5]
            assert [event["data"]["generation"]["generation"] for event in events] == [0, 1]
            assert {event["event"] for event in events} == {"evolution.generation.complete"}
            assert (events[0]["dag_id"], events[0]["workflow_type"]) == ("mine", "trial")


def test_a_ticket_opens_one_socket_once(sockets: Any) -> None:
    ticket = sockets.issue().json()
    offered = ticket["protocol"], ticket["ticket"]
    assert sockets.denied(f"ws/trials/{uuid4()}", *offered)[0] == 401
    with sockets.connect(ticket["path"], *offered) as connection:
        assert connection.subprotocol == PROTOCOL
    status, problem = sockets.denied(ticket["path"], *offered)
    assert status == 401
    assert "was used" in problem["message"]
