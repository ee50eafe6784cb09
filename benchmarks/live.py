"""Live updates: how late they arrive and what a watcher costs, against the barest way to send the same text to as many sockets.

    python benchmarks/live.py [--clients 50 500 1000] [--seconds 10] [--rate 10] [--json]

One process is Airflow's API server with the gateway, on a SQLite file in a temporary folder; the other all clients, which do no more than
find the end of a message. Ten times a second one generation of a trial is told over HTTP, as a task tells it. Its delay runs from the time
of its recording, as the event itself says, until each client has it, so the commit and the look at the database are in it.

The bare way is a route of the same server that sends what one client says to every socket: no record, no rights, no bounds. Its delay
runs from the sending of the same text until each client has it. Both take turns with the same number of sockets. Memory is what the
server's resident set grew by while they connected and were sent everything, by socket. Whoever takes too little in time is told that
something was missed; of how many messages that became is said, and delays are of those that arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psutil

SECRET = "a secret of a benchmark, 0123456789-0123456789-0123456789-0123456789"
TEXT, PING, PONG = 1, 9, 10
DAG, READY = "dean_evolution_trial", "ready.json"
NAMESPACE = UUID(int=1)
RUNS: dict[str, str] = {}
"""Of the trials that something is told about."""


def serve(folder: str) -> None:
    """The server's process."""
    from airflow.utils.db import initdb

    initdb()
    import socket

    import uvicorn
    from airflow.api_fastapi.app import cached_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect

    with create_session() as session:
        session.add(Connection(conn_id="dean_gateway_default", conn_type="dean_gateway", password=SECRET))
    everybody: set[WebSocket] = set()

    async def bare(websocket: WebSocket) -> None:
        await websocket.accept()
        everybody.add(websocket)
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                text = await websocket.receive_text()
                for one in list(everybody):
                    await one.send_text(text)
        everybody.discard(websocket)

    app = cached_app(apps="all")
    app.router.routes.insert(0, WebSocketRoute("/bare", bare))
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="ADMIN", teams=None))
    bound = socket.create_server(("127.0.0.1", 0))
    Path(folder, READY).with_suffix(".new").write_text(json.dumps({"port": bound.getsockname()[1], "token": token}), "utf-8")
    Path(folder, READY).with_suffix(".new").rename(Path(folder, READY))
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[bound])


@contextlib.contextmanager
def server(folder: str) -> Any:
    """The server, as it listens: its process, port and the token of a user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN_"))}
    env = {
        "AIRFLOW_HOME": folder,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": SECRET,
        "AIRFLOW__DEAN__GATEWAY_REQUESTS_PER_SECOND": "0",
        "AIRFLOW__DEAN__LIVE_CLIENTS_PER_USER": "5000",
        "AIRFLOW__DEAN__LIVE_CLIENTS": "5000",
        "AIRFLOW__DEAN__NAMESPACE": str(NAMESPACE),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "DEAN_PLUGIN_API": "1",
        "_AIRFLOW_PROCESS_CONTEXT": "server",
    }
    with Path(folder, "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, __file__, "--serve", folder], env={**kept, **env}, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while not Path(folder, READY).exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(Path(folder, "server.log").read_text("utf-8")[-3000:])
            time.sleep(0.1)
        yield process, json.loads(Path(folder, READY).read_text("utf-8"))
    finally:
        process.terminate()
        process.wait(30)


class Client(asyncio.Protocol):
    """A WebSocket that only receives: when each message was there, by what it says."""

    def __init__(self, path: str, protocols: str, port: int) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        offered = f"Sec-WebSocket-Protocol: {protocols}\r\n" if protocols else ""
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{offered}\r\n"
        ).encode()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()
        self.delays: list[float] = []
        self.missed = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def send(self, text: str) -> None:
        body = text.encode()
        length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
        self.transport.write(b"\x81" + length + bytes(4) + body)  # masked with zeros

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.buffer += data
        if not self.opened.done():
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(RuntimeError(head.decode()))
                return
            self.buffer = rest
            self.opened.set_result(None)
        while (frame := self._frame()) is not None:
            self._received(frame, now)

    def _frame(self) -> bytes | None:
        if len(self.buffer) < 4:
            return None
        length, start = self.buffer[1] & 127, 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + length:
            return None
        kind, body = self.buffer[0] & 15, bytes(self.buffer[start : start + length])
        if kind == PING:
            self.transport.write(bytes([0x80 | PONG, 0x80 | len(body)]) + bytes(4) + body)
        frame = body if kind == TEXT else b""
        del self.buffer[: start + length]
        return frame

    def _received(self, frame: bytes, now: float) -> None:
        if b'"type":"event"' in frame and b'"generation.completed"' in frame:
            at = frame.index(b'"timestamp":"') + 13
            told = frame[at : frame.index(b'"', at)].decode().replace("Z", "+00:00")
            self.delays.append(now - datetime.fromisoformat(told).timestamp())
        elif b'"type":"missed"' in frame:
            self.missed += 1


async def connect(count: int, path: str, port: int, token: str, http: httpx.AsyncClient | None) -> list[Client]:
    clients = []
    for _ in range(count):
        protocols = ""
        if http is not None:
            answer = await http.post("/dean/api/v1/live/tickets", json={}, headers={"Authorization": f"Bearer {token}"})
            ticket = answer.raise_for_status().json()
            protocols = f"{ticket['protocol']}, {ticket['ticket']}"
        _, client = await asyncio.get_running_loop().create_connection(lambda p=protocols: Client(path, p, port), "127.0.0.1", port)
        await client.opened
        if http is not None:
            client.send('{"type": "resume"}')
        clients.append(client)
    return clients


def fact(number: int) -> Any:
    from dean_provider.contract.events import ReportedFact
    from dean_provider.contract.events.trial import GenerationCompleted
    from dean_provider.contract.trial import Generation

    figures = {
        "best_fitness": 0.9,
        "mean_fitness": 0.5,
        "worst_fitness": 0.1,
        "diversity": 0.4,
        "tokens_used": 10 * number,
        "evaluations": 60,
    }
    one = Generation(
        generation=number, best_agent_id=str(uuid4()), completed_at=datetime.now(timezone.utc), elapsed_seconds=number, **figures
    )
    return ReportedFact.of(GenerationCompleted(generation=one)).model_dump(mode="json")


async def paced(count: int, rate: float) -> AsyncIterator[int]:
    start = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        yield number


def new_trial() -> str:
    """Id of the trial that a new run starts."""
    from dean_provider.operators.identity import trial_id

    run_id = f"run-{uuid4()}"
    trial = trial_id(NAMESPACE, dag_id=DAG, run_id=run_id, task_id="start_evolution")
    RUNS[trial] = run_id
    return trial


async def tell(http: httpx.AsyncClient, trial: str, facts: list[Any]) -> None:
    """Record facts of a trial as one of its tasks would."""
    origin = {"dag_id": DAG, "run_id": RUNS[trial]}
    claims = {**origin, "sub": f"{DAG}.start_evolution", "task_id": "start_evolution", "map_index": -1, "aud": "dean-gateway"}
    signed = jwt.encode({**claims, "iat": time.time(), "exp": time.time() + 60}, SECRET, algorithm="HS256")
    url = f"/dean/api/v1/workflows/{trial}/events"
    answer = await http.post(url, json={"origin": origin, "facts": facts}, headers={"Authorization": f"Bearer {signed}"})
    answer.raise_for_status()


async def live(process: psutil.Process, port: int, token: str, count: int, options: Any) -> dict[str, float]:
    trial, updates = new_trial(), round(options.seconds * options.rate)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
        before = process.memory_info().rss
        clients = await connect(count, "/dean/ws/events", port, token, http)
        await asyncio.sleep(3)

        used = process.cpu_times()
        async for number in paced(updates, options.rate):
            await tell(http, trial, [fact(number)])
        return await figures(process, clients, updates, before, used)


async def bare(process: psutil.Process, port: int, count: int, options: Any) -> dict[str, float]:
    updates = round(options.seconds * options.rate)
    before = process.memory_info().rss
    clients = await connect(count, "/bare", port, "", None)
    text = json.dumps(
        {
            "type": "event",
            "event": "evolution.generation.complete",
            "event_type": "generation.completed",
            "timestamp": "",
            "workflow_id": str(uuid4()),
            "workflow_type": "trial",
            "dag_id": DAG,
            "run_id": f"run-{uuid4()}",
            "sequence": 100,
            "actor": {"kind": "task", "name": f"{DAG}.start_evolution", "address": "127.0.0.1"},
            "data": fact(1)["details"],
        },
        separators=(",", ":"),
    )
    used = process.cpu_times()
    async for _ in paced(updates, options.rate):
        clients[0].send(text.replace('"timestamp":""', f'"timestamp":"{datetime.now(timezone.utc).isoformat()}"'))
    return await figures(process, clients, updates, before, used)


async def figures(process: psutil.Process, clients: list[Client], updates: int, before: int, used: Any) -> dict[str, float]:
    deadline = time.monotonic() + 60
    while any(len(client.delays) < updates and not client.missed for client in clients):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{sum(len(client.delays) for client in clients)} of {updates * len(clients)} messages arrived")
        await asyncio.sleep(0.05)
    spent, memory = process.cpu_times(), process.memory_info().rss
    for client in clients:
        client.transport.abort()
    await asyncio.sleep(2)
    delays = sorted(1000 * delay for client in clients for delay in client.delays)
    return {
        "p50_ms": round(statistics.median(delays), 2),
        "p95_ms": round(delays[int(0.95 * len(delays))], 2),
        "worst_ms": round(delays[-1], 2),
        "missed_percent": round(100 * (1 - len(delays) / (updates * len(clients))), 2),
        "kib_per_client": round((memory - before) / 1024 / len(clients), 1),
        "cpu_seconds": round(spent.user + spent.system - used.user - used.system, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="How late live updates arrive, and what a watcher costs.")
    parser.add_argument("--clients", type=int, nargs="+", default=[50, 500, 1000])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=10.0, help="updates a second")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    found = []
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a file for each socket, here and in the server
    with tempfile.TemporaryDirectory() as folder, server(folder) as (process, known):
        watched = psutil.Process(process.pid)
        asyncio.run(live(watched, known["port"], known["token"], 5, argparse.Namespace(seconds=1, rate=10)))
        for count in options.clients:
            barely = asyncio.run(bare(watched, known["port"], count, options))
            told = asyncio.run(live(watched, known["port"], known["token"], count, options))
            ratio = {name: round(told[name] / barely[name], 2) for name in ("p50_ms", "p95_ms")}
            found.append({"clients": count, "live": told, "bare": barely, "ratio": ratio})
            if not options.json:
                print(f"{count:5d} sockets  live {told}\n{'':14}bare {barely}\n{'':14}ratio {ratio}", flush=True)
    if options.json:
        print(json.dumps({"python": platform.python_version(), "options": vars(options), "found": found}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
