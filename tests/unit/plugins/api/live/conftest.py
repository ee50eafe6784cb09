"""Sockets of the gateway on a database of its own, opened in the process of the test."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
import uvicorn
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.seals import AUDIENCE, Seals
from dean_provider.state.record import append_system
from dean_provider.state.signing import Keys

SECRET = "a-secret-for-tests-0123456789-0123456789-0123456789-0123456789-01234"


def generations(*numbers: int) -> list[ReportedFact]:
    figures = {"best_fitness": 1, "mean_fitness": 0, "worst_fitness": -1, "diversity": 0.4, "tokens_used": 10, "evaluations": 10}
    made = [
        Generation(generation=one, best_agent_id="a", completed_at="2026-01-01T00:00:00Z", elapsed_seconds=one, **figures)
        for one in numbers
    ]
    return [ReportedFact.of(GenerationCompleted(generation=one)) for one in made]


NOTHING: dict[str, Any] = {}


class Socket:
    """The client's end of a socket."""

    def __init__(self, connection: ClientConnection, resume: dict[str, Any] | None) -> None:
        self.connection = connection
        self.hello: Any = None
        if resume is not None:
            self.send({"type": "resume", **resume})
            self.hello = self.read()

    def read(self, seconds: float = 20) -> Any:
        return json.loads(self.connection.recv(timeout=seconds))

    def send(self, message: Any) -> None:
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def closed(self) -> tuple[Any, int]:
        """The last message, and the code with which the server closes."""
        closing = self.read()
        assert closing["type"] == "closing", closing
        return closing, self.code()

    def code(self) -> int:
        """The code with which the server closes."""
        with pytest.raises(ConnectionClosed) as closed:
            self.connection.recv(timeout=20)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def events(self, count: int) -> list[Any]:
        found = [self.read() for _ in range(count)]
        assert {one["type"] for one in found} <= {"event"}, found
        return found


class Sockets:
    """:param users: by the role that a caller's header names; changed by a test, they are other users when asked about again."""

    def __init__(self, gateway: Any, users: dict[str, Any], revoked: set[str]) -> None:
        self.gateway = gateway
        self.users = users
        self.revoked = revoked
        self.bound = socket.create_server(("127.0.0.1", 0))
        self.port = self.bound.getsockname()[1]

    def session(self, name: str = "viewer", seconds: float = 3600) -> tuple[str, dict[str, str]]:
        """A session's token id, and the headers of a request in it."""
        token_id = uuid4().hex
        ends_at = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        token = jwt.encode({"sub": name, "jti": token_id, "exp": ends_at}, SECRET, algorithm="HS512")
        return token_id, {"authorization": f"Bearer {token}"}

    def issue(self, caller: str = "user:viewer", workflow_id: UUID | None = None, **more: Any) -> Any:
        headers = more.pop("headers", None) or self.session()[1]
        body = {"workflow_id": str(workflow_id)} if workflow_id else {}
        return self.gateway.post("/live/tickets", body, caller, headers=headers, **more)

    @contextmanager
    def open(
        self, caller: str = "user:viewer", workflow_id: UUID | None = None, resume: dict[str, Any] | None = NOTHING, **more: Any
    ) -> Iterator[Socket]:
        answer = self.issue(caller, workflow_id, headers=more.pop("session", None))
        assert answer.status_code == 200, answer.text
        ticket = answer.json()
        with self.connect(ticket["path"], ticket["protocol"], ticket["ticket"], **more) as connection:
            yield Socket(connection, resume)

    def connect(self, path: str, *protocols: str, **more: Any) -> ClientConnection:
        url = f"ws://127.0.0.1:{self.port}/{path}"
        return connect(url, subprotocols=list(protocols) or None, compression=None, proxy=None, **more)

    def denied(self, path: str, *protocols: str, **more: Any) -> Any:
        """Status and problem with which a handshake is refused."""
        with pytest.raises(InvalidStatus) as denied, self.connect(path, *protocols, **more):
            pass
        answer = denied.value.response
        return answer.status_code, json.loads(answer.body)

    @contextmanager
    def served(self) -> Iterator[None]:
        """On the loop on which the application lives already."""
        config = uvicorn.Config(self.gateway.client.app, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        running = self.gateway.client.portal.start_task_soon(partial(server.serve, sockets=[self.bound]))
        try:
            yield
        finally:
            server.should_exit = True
            running.result(20)
            self.bound.close()

    def record_system(self, *facts: Any) -> None:
        person = Actor(kind=ActorKind.USER, name="somebody")
        with Session(self.gateway.engine) as session, session.begin():
            append_system(session, [ReportedFact.of(fact) for fact in facts], actor=person, keys=Keys())

    def tell(self, workflow_id: UUID, *numbers: int, **more: Any) -> None:
        self.gateway.tell(workflow_id, *generations(*numbers), **more)


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Users and sessions as a test has them."""
    known = SimpleNamespace(users={}, revoked=set())

    def claims_of(_: Accounts, user: Any) -> Any:
        name = f"{user.role}:{','.join(sorted(user.dag_ids))}"
        known.users.setdefault(name, user)
        return {"sub": name}

    monkeypatch.setattr(Accounts, "claims_of", claims_of)
    monkeypatch.setattr(Accounts, "user_of", lambda _, claims: known.users.get(claims["sub"]))
    monkeypatch.setattr(Accounts, "revoked", lambda _, __, token_ids: known.revoked & set(token_ids))
    return known


@pytest.fixture
def seals(monkeypatch: pytest.MonkeyPatch) -> None:
    def sign(_: Seals, claims: dict[str, Any], seconds: float) -> str:
        now = datetime.now(timezone.utc)
        return jwt.encode({**claims, "aud": AUDIENCE, "jti": uuid4().hex, "iat": now, "exp": now + timedelta(seconds=seconds)}, SECRET)

    monkeypatch.setattr(Seals, "sign", sign)
    monkeypatch.setattr(Seals, "verify", lambda _, token: jwt.decode(token, SECRET, algorithms=["HS256"], audience=AUDIENCE))
    monkeypatch.setattr(Seals, "encrypt", lambda _, text: text[::-1])
    monkeypatch.setattr(Seals, "decrypt", lambda _, text: text[::-1])


@pytest.fixture
def make_sockets(
    make_gateway: Callable[..., Any], accounts: SimpleNamespace, seals: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Sockets]:
    monkeypatch.setattr("dean_provider.plugins.api.live.assembly._ROUND_SECONDS", 0.05)
    return lambda **settings: Sockets(make_gateway(**settings), accounts.users, accounts.revoked)


@pytest.fixture
def sockets(make_sockets: Callable[..., Sockets]) -> Iterator[Sockets]:
    made = make_sockets()
    with made.served():
        yield made
