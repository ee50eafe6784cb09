"""A small HTTP server that does what a test tells it, a clock that never waits, and hooks on both."""

from __future__ import annotations

import asyncio
import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from airflow.sdk import Connection

from dean_provider.contract.service import ServiceName
from dean_provider.hooks import registry
from dean_provider.hooks.channel import Channel
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.connection import Defaults, settings_of


@dataclass
class Asked:
    """A request as the server saw it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Reply:
    """An answer, or a way of not answering.

    ``fault``: ``close`` closes without a word, ``reset`` and ``truncate`` break off in the middle of the body (abruptly; politely),
    ``hang`` says nothing until the client goes away, ``trickle`` sends the body byte by byte for ever, ``drip`` the headers byte by
    byte for a second, and then the rest.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()

    def kind(self) -> str:
        return "text/plain; charset=utf-8" if isinstance(self.body, str) else "application/json"


class _Handler(socketserver.StreamRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        number = self.server.opened()
        try:
            while (asked := self._read(number)) is not None:
                self.server.asked.append(asked)
                if not self._write(asked, self.server.reply_to(asked)):
                    return
        except (ConnectionError, ssl.SSLError, TimeoutError):
            return

    def _read(self, number: int) -> Asked | None:
        line = self.rfile.readline()
        if not line.strip():
            return None
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Asked(method, target, headers, self.rfile.read(int(headers.get("content-length", 0))), number)

    def _write(self, asked: Asked, reply: Reply) -> bool:
        body = reply.payload()
        if reply.fault == "close":
            return False
        if reply.fault == "hang":
            self.server.released.wait()
            return False
        length = len(body) + (100 if reply.fault in ("reset", "truncate", "trickle") else 0)
        head = {"Content-Type": reply.kind(), "Content-Length": str(length), **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        answer = f"HTTP/1.1 {reply.status} Said\r\n{lines}\r\n".encode() + (body if asked.method != "HEAD" else b"")
        if reply.fault == "drip":
            for place in range(50):
                self.wfile.write(answer[place : place + 1])
                self.server.released.wait(0.02)
            answer = answer[50:]
        self.wfile.write(answer)
        if reply.fault == "trickle":
            while not self.server.released.wait(0.02):
                self.wfile.write(b" ")
        if reply.fault == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
        return not reply.fault


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Answers from ``script`` while it lasts, then by ``otherwise``. Keeps connections open, and everything it was asked."""

    allow_reuse_address = True
    request_queue_size = 1024
    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tls = tls
        self.script: list[Reply] = []
        self.otherwise: Callable[[Asked], Reply] = lambda _: Reply(404, {"detail": "Not Found"})
        self.asked: list[Asked] = []
        self.released = threading.Event()
        self.connections = 0
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def opened(self) -> int:
        with self._lock:
            self.connections += 1
            return self.connections

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            if self.script:
                return self.script.pop(0)
        return self.otherwise(asked)

    def get_request(self) -> tuple[Any, Any]:
        plain, address = super().get_request()
        plain.settimeout(30)
        return plain, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            with self.tls.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)
        except (OSError, ssl.SSLError):
            return

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what half of the tests are about."""

    def stop(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class FakeClock:
    """Time that passes only in pauses; no randomness: jitter is always the whole of it."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.pauses: list[float] = []
        self.epoch = now
        self.elapsed = 0.0

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.elapsed += seconds

    async def await_(self, seconds: float) -> None:
        self.wait(seconds)

    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.elapsed,
            now=lambda: self.epoch + self.elapsed,
            sleep=self.wait,
            asleep=self.await_,
            uniform=lambda _low, high: high,
        )


class Caller:
    """Calls a hook's operations one way or the other, so that every test of a call is a test of both."""

    def __init__(self, way: str) -> None:
        self.way = way
        self._loop = asyncio.new_event_loop() if way == "async" else None

    def call(self, hook: Any, operation: Any, request: Any, **kwargs: Any) -> Any:
        return self.do(hook, "call", "acall", operation, request, **kwargs)

    def do(self, hook: Any, sync: str, asynchronous: str, *args: Any, **kwargs: Any) -> Any:
        if self._loop is None:
            return getattr(hook, sync)(*args, **kwargs)
        return self._loop.run_until_complete(getattr(hook, asynchronous)(*args, **kwargs))

    def close(self) -> None:
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Starts servers that stop with the test."""
    servers: list[ScriptedServer] = []

    def start(tls: ssl.SSLContext | None = None) -> ScriptedServer:
        servers.append(ScriptedServer(tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., ScriptedServer]) -> ScriptedServer:
    return serve()


@pytest.fixture
def fake_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connection() -> Callable[..., Connection]:
    """Makes connections; ``extra`` is a dictionary."""

    def make(conn_id: str = "some", extra: dict[str, Any] | None = None, **fields: Any) -> Connection:
        return Connection(conn_id=conn_id, conn_type="dean_evolution", extra=json.dumps(extra) if extra else None, **fields)

    return make


@pytest.fixture
def make_hook(fake_clock: FakeClock, connection: Callable[..., Connection]) -> Iterator[Callable[..., Any]]:
    """Makes hooks on a channel of their own. ``hook.lookups`` counts resolutions of the connection; ``hook.fields`` is what it says."""
    channels: list[Channel] = []

    def make(hook_class: Any, server: ScriptedServer | None, extra: dict[str, Any] | None = None, **fields: Any) -> Any:
        said = {"host": "127.0.0.1", "port": server.port if server else None, **fields}
        options = {"dialect": "v2" if hook_class.service is ServiceName.AIRFLOW else "reference", "attempts": 1, **(extra or {})}
        redis_url = options.pop("redis_url", None)

        def resolve(conn_id: str) -> Any:
            hook.lookups += 1
            return settings_of(connection(conn_id, hook.extra, **hook.fields), Defaults(redis_url=redis_url))

        channel = Channel(
            "some",
            service=hook_class.service.value,
            exchanges_login=hook_class.exchanges_login,
            resolve=resolve,
            clock=fake_clock.clock(),
        )
        channels.append(channel)
        hook = hook_class("some", correlation_id="11111111-2222-4333-8444-555555555555", channel=channel)
        hook.lookups, hook.fields, hook.extra = 0, said, options
        return hook

    yield make
    for channel in channels:
        channel.close()


@pytest.fixture(params=["sync", "async"])
def caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    made = Caller(request.param)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _no_channels_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test uses what another one opened, and no proxy of the machine gets between."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield
    registry.forget()
