"""Clients of the gateway's live sockets, as simple as they can be, and tasks whose trials go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation

DAG = "dean_evolution_trial"


def issue(server: Any, role: str = "admin", workflow_id: str | None = None) -> Any:
    answer = server.call("POST", "/live/tickets", role, json={"workflow_id": workflow_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


def address(server: Any, path: str) -> str:
    return f"{server.origin}{server.prefix}/dean/{path}".replace("http", "ws", 1)


@contextmanager
def watching(server: Any, role: str = "admin", workflow_id: str | None = None, **resume: Any) -> Iterator[Watcher]:
    ticket = issue(server, role, workflow_id)
    with connect(address(server, ticket["path"]), subprotocols=[ticket["protocol"], ticket["ticket"]], compression=None) as socket:
        socket.send(json.dumps({"type": "resume", **resume}))
        yield Watcher(socket)


def opens(server: Any, ticket: Any) -> bool:
    """Whether a ticket opens a socket of that server."""
    try:
        with connect(address(server, ticket["path"]), subprotocols=[ticket["protocol"], ticket["ticket"]]):
            return True
    except InvalidStatus:
        return False


class Watcher:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello = self.read()

    def read(self, seconds: float = 20) -> Any:
        return json.loads(self.socket.recv(timeout=seconds))

    def message(self, kind: str, seconds: float = 20) -> Any:
        """The next message of a type; heartbeats are passed over, and alerts, which come as they please."""
        while (found := self.read(seconds))["type"] == "heartbeat" or found.get("workflow_type") == "system":
            pass
        assert found["type"] == kind, found
        return found

    def events(self, count: int) -> list[Any]:
        return [self.message("event") for _ in range(count)]

    def closed(self, seconds: float = 20) -> tuple[str, int]:
        """Why and with which code the server closes."""
        closing = self.message("closing", seconds)
        with pytest.raises(ConnectionClosed) as closed:
            self.socket.recv(timeout=seconds)
        assert closed.value.rcvd is not None
        return closing["code"], closed.value.rcvd.code


def _fact(number: int) -> ReportedFact:
    figures = {"best_fitness": 1, "mean_fitness": 0, "worst_fitness": -1, "diversity": 0.4, "tokens_used": 10, "evaluations": 10}
    one = Generation(generation=number, best_agent_id="a", completed_at="2026-01-01T00:00:00Z", elapsed_seconds=number, **figures)
    return ReportedFact.of(GenerationCompleted(generation=one))


_runs: dict[str, str] = {}


def tell(server: Any, *generations: int, workflow_id: str | None = None, dag_id: str = DAG) -> str:
    """Record generations of a trial, a new one's unless it is given, as its own trigger would; the trial's id."""
    if workflow_id is None:
        run_id = f"run-{uuid4()}"
        workflow_id = server.execution_of(run_id, dag_id)
        _runs[workflow_id] = run_id
    origin = {"dag_id": dag_id, "run_id": _runs[workflow_id]}
    answer = server.send(
        "POST",
        f"/dean/api/v1/workflows/{workflow_id}/events",
        token=server.task_token(**origin, sub=f"{dag_id}.start_evolution"),
        json={"origin": origin, "facts": [_fact(number).model_dump(mode="json") for number in generations]},
    )
    assert answer.status_code == 200, answer.text
    return workflow_id


@pytest.fixture(scope="session")
def live() -> SimpleNamespace:
    """Everything a test of sockets needs."""
    return SimpleNamespace(issue=issue, address=address, opens=opens, watching=watching, tell=tell)
