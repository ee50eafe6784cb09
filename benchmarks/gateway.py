"""The gateway in Airflow's API server: what a request costs with few and with many trials, with many clients, and what it costs Airflow.

    python benchmarks/gateway.py [--trials 10000] [--generations 1000] [--events 20] [--db postgres|sqlite] [--clients 100]
        [--seconds 15] [--json]

One API server (Airflow's own, one worker process) on a database of its own in a temporary folder; the load comes from this process.

An admin signed in by name asks. lists: one client asks one thing at a time, at 10 trials and at all of them, each with so many generations
on record and ``--events`` events (rows made in the database); beside the milliseconds stand those of processor time in the server, which
other work on the machine changes less. clients: so many at once, over kept connections, a mix of what the page asks for: paced, each asks
once a second as a page that is open does; and as fast as they can. Airflow's own cheapest route that asks who is there is put under the
same load, as the floor. Its list of pools is asked alone only: a hundred at once take all of its connections. memory: resident set of the
API server's processes after a hundred requests, with the gateway and without it, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import psutil
from sqlalchemy import Engine, create_engine

from dean_provider.local.component import Program
from dean_provider.local.postgres import Postgres
from dean_provider.local.supervisor import Supervisor

KNOWN = """
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.utils.session import create_session

with create_session() as session:
    session.add(DagBundleModel(name="bench"))
    session.flush()
    session.add_all([DagModel(dag_id=f"dag-{number}", bundle_name="bench", is_paused=False, is_stale=False) for number in range(20)])
"""
"""Only trials of DAGs that Airflow knows can be read."""

MIX = (
    ("list of 10", "/dean/api/v1/trials?limit=10"),
    ("one trial", "/dean/api/v1/trials/{one}"),
    ("figures in 200 points", "/dean/api/v1/trials/{one}/generations?points=200"),
    ("events", "/dean/api/v1/workflows/{one}/events?limit=20"),
)
SINGLE = (
    *MIX,
    ("list of 5, by status", "/dean/api/v1/trials?limit=5&status=running"),
    ("list of 1, of one DAG", "/dean/api/v1/trials?limit=1&dag_id=dag-3"),
    ("list of 5, the second page", "/dean/api/v1/trials?limit=5&cursor={cursor}"),
    ("figures in 1000 points", "/dean/api/v1/trials/{one}/generations"),
)
AIRFLOW = "/api/v2/pools?limit=20"
FLOOR = "/ui/auth/me"
"""Airflow says who asks: its middleware and its check of the token, and next to nothing else."""
USER = {"username": "bench", "password": "bench"}


EVERYBODY = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
"""Settings with which a browser need not sign in. Not where requests are measured: Airflow then makes a token for each."""


class Server:
    """Airflow's API server on a database of its own."""

    def __init__(self, supervisor: Supervisor, folder: Path, url: str) -> None:
        self.supervisor = supervisor
        self.home = folder
        self.url = url
        self.address = ""

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER['username']}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.url,
            "AIRFLOW__API_AUTH__JWT_SECRET": "for-benchmarks-only-0123456789-0123456789-0123456789-0123456789",
            "AIRFLOW__DEAN__GATEWAY_REQUESTS_PER_SECOND": "0",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            **more,
        }

    def migrate(self) -> None:
        airflow = str(Path(sys.executable).with_name("airflow"))
        (self.home / "passwords.json").write_text(json.dumps({USER["username"]: USER["password"]}))
        self.supervisor.call(Program("migrate", (airflow, "db", "migrate"), self.environment()), timeout=300)

        self.supervisor.call(Program("dags", (sys.executable, "-c", KNOWN), self.environment()), timeout=120)

    @contextmanager
    def running(self, name: str, **more: str) -> Iterator[str]:
        """An API server; the token of its admin."""
        airflow = str(Path(sys.executable).with_name("airflow"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = (airflow, "api-server", "--host", "127.0.0.1", "--port", str(port))
        component = self.supervisor.start(Program(name, command, self.environment(**more)))
        self.supervisor.wait_for(self._answers, name, timeout=180, every=0.2)
        self.pid = component.pid
        try:
            yield httpx.post(f"{self.address}/auth/token", json=USER, trust_env=False).json()["access_token"]
        finally:
            component.signal(signal.SIGTERM, ends=True)
            component.wait(30)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/v2/version", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def memory(self) -> float:
        """Resident set of the server and what it started, in MB."""
        return sum(one.memory_info().rss for one in self._processes()) / 2**20

    def processor(self) -> float:
        """Seconds of processor time that the server has used."""
        return sum(sum(one.cpu_times()[:2]) for one in self._processes())

    def _processes(self) -> list[psutil.Process]:
        root = psutil.Process(self.pid)
        return [root, *root.children(recursive=True)]


def fill(engine: Engine, start: int, end: int, options: argparse.Namespace) -> str:
    from state import _fill, analyze

    one = _fill(engine, start, end, options.generations, options.events)
    analyze(engine)
    return str(one)


def alone(server: Server, token: str, one: str, times: int) -> dict[str, dict[str, float]]:
    """Median milliseconds of one request at a time, and milliseconds of the server's processor time for each."""
    found, address = {}, server.address
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30) as client:
        page = client.get(f"{address}/dean/api/v1/trials?limit=5").raise_for_status().json()
        for name, path in (*SINGLE, ("Airflow's list of pools", AIRFLOW), ("Airflow's word on who asks", FLOOR)):
            url = address + path.format(one=one, cursor=page["next_cursor"])
            taken = []
            for _ in range(10):
                client.get(url).raise_for_status()
            before = server.processor()
            for _ in range(times):
                start = time.perf_counter()
                client.get(url).raise_for_status()
                taken.append(1000 * (time.perf_counter() - start))
            found[name] = {"wall": statistics.median(taken), "processor": 1000 * (server.processor() - before) / times}
    return found


async def together(token: str, urls: list[str], clients: int, seconds: float, *, every: float | None) -> dict[str, Any]:
    """Many clients for a while. :param every: seconds from one request of a client to its next; None: at once."""
    taken: list[float] = []
    refused = failed = 0
    ends = time.perf_counter() + seconds

    async def client(session: aiohttp.ClientSession, number: int) -> None:
        nonlocal refused, failed
        draw = random.Random(number)
        next_at = time.perf_counter() + draw.random() * (every or 0)
        while time.perf_counter() < ends:
            if every:
                await asyncio.sleep(max(0, next_at - time.perf_counter()))
                next_at += every
            start = time.perf_counter()
            async with session.get(draw.choice(urls)) as answer:
                await answer.read()
            if answer.status >= 500:
                refused += answer.status == 503
                failed += answer.status != 503
                await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
            else:
                taken.append(1000 * (time.perf_counter() - start))

    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"}) as session:
        await asyncio.gather(*(client(session, number) for number in range(clients)))
    taken.sort()
    return {
        "requests per second": len(taken) / seconds,
        **{f"p{share} ms": taken[int(len(taken) * share / 100)] if taken else float("nan") for share in (50, 95, 99)},
        "turned away": refused,
        "failed": failed,
    }


def crowd(server: Server, token: str, options: argparse.Namespace) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    listed = httpx.get(f"{server.address}/dean/api/v1/trials?limit=50", headers=headers, trust_env=False, timeout=30).json()
    ids = [row["id"] for row in listed["workflows"]]
    urls = [server.address + path.format(one=one) for _, path in MIX for one in ids]

    floor = [server.address + FLOOR]

    def run(asked: list[str], every: float | None) -> dict[str, Any]:
        before = server.processor()
        figures = asyncio.run(together(token, asked, options.clients, options.seconds, every=every))
        answered = max(1.0, figures["requests per second"] * options.seconds)
        return {**figures, "processor ms": 1000 * (server.processor() - before) / answered}

    run(urls, 1.0)
    return {
        "paced": run(urls, 1.0),
        "paced, Airflow's word on who asks": run(floor, 1.0),
        "as fast as they can": run(urls, None),
        "as fast as they can, Airflow's word on who asks": run(floor, None),
    }


def memory(server: Server, rounds: int) -> dict[str, float]:
    found: dict[str, list[float]] = {"without": [], "with": []}
    for number in range(rounds):
        for name, wanted in (("without", "0"), ("with", "1")):
            with server.running(f"api-server-{name}-{number}", DEAN_PLUGIN_API=wanted) as token:
                with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30) as client:
                    for _ in range(100):
                        client.get(server.address + AIRFLOW)
                        client.get(f"{server.address}/dean/api/v1/trials")
                found[name].append(server.memory())
    return {f"MB {name}": statistics.median(values) for name, values in found.items()}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="dean") as folder, Supervisor(Path(folder) / "run") as supervisor:
        home = Path(folder)
        if options.db == "postgres":
            cluster = Postgres(supervisor.add_folder)
            cluster.prepare()
            supervisor.start(cluster.program())
            supervisor.wait_for(cluster.create_database, "PostgreSQL", timeout=60, every=0.2)
            url = cluster.url
        else:
            url = f"sqlite:///{home}/airflow.db"
        server = Server(supervisor, home, url)
        server.migrate()
        engine = create_engine(url)
        if {"lists", "clients"} & set(options.only):
            with server.running("api-server", DEAN_PLUGIN_API="1") as token:
                one = fill(engine, 0, 10, options)
                if "lists" in options.only:
                    found["at 10"] = alone(server, token, one, options.times)
                began = time.perf_counter()
                fill(engine, 10, options.trials, options)
                found["filled in seconds"] = time.perf_counter() - began
                if "lists" in options.only:
                    found[f"at {options.trials}"] = alone(server, token, one, options.times)
                if "clients" in options.only:
                    found["clients"] = crowd(server, token, options)
        if "memory" in options.only:
            found["memory"] = memory(server, options.rounds)
        engine.dispose()
    return found


def show(found: dict[str, Any], options: argparse.Namespace) -> None:
    if "lists" in options.only:
        few, many = found["at 10"], found[f"at {options.trials}"]
        each = f"{options.generations} generations and {options.events} events"
        print(f"{options.db}, each trial with {each}, filled in {found['filled in seconds']:.0f} s")
        for what, title in (("wall", "median milliseconds, one at a time"), ("processor", "the server's processor milliseconds")):
            print(f"{title:36} {'at 10':>10} {f'at {options.trials}':>10} {'ratio':>7}")
            for name, value in few.items():
                print(f"{name:36} {value[what]:10.2f} {many[name][what]:10.2f} {many[name][what] / value[what]:7.2f}")
    if "clients" in options.only:
        print(f"\n{options.clients} clients for {options.seconds:g} s, {options.trials} trials")
        for name, figures in found["clients"].items():
            print(f"{name:48} " + ", ".join(f"{what} {value:.1f}" for what, value in figures.items()))
    if "memory" in options.only:
        print("\nmemory: " + ", ".join(f"{name} {value:.0f}" for name, value in found["memory"].items()))


def main() -> int:
    parser = argparse.ArgumentParser(description="What the gateway costs.")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--generations", type=int, default=1000, help="on record for each trial")
    parser.add_argument("--events", type=int, default=20, help="on record for each trial")
    parser.add_argument("--db", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--times", type=int, default=100, help="requests of each kind, one at a time")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=2, help="of the memory's measurement")
    parser.add_argument("--only", nargs="+", choices=["lists", "clients", "memory"], default=["lists", "clients", "memory"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="dean-home-"))
    found = measure(options)
    if options.json:
        print(json.dumps({"python": platform.python_version(), "options": vars(options), **found}, indent=2))
    else:
        show(found, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
