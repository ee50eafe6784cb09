"""What one round of the watching costs with 3 and with 100 registered services, against bare requests for the same documents.

    python benchmarks/monitoring.py [--rounds 15] [--json]

All services live in one process of their own on loopback; each tells its health and 60 figures as Prometheus text. Measured of a round:
wall time, and processor time of the process that asks. *bare* fetches the same two documents of each service over one kept aiohttp
session, 32 at once, and reads nothing in them. *round* is everything the leader does: asking, parsing, judging, the reading, packing it,
writing it to the database (SQLite), and taking it into the history. Rounds take turns; figures are medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dean_provider.contract.installation import KnownService
from dean_provider.monitoring.aggregator import Aggregator
from dean_provider.monitoring.asking import Inquirer, by_address
from dean_provider.monitoring.board import Board
from dean_provider.monitoring.finding import Source
from dean_provider.monitoring.history import History
from dean_provider.monitoring.record import record_source
from dean_provider.state.tables import Base

SIZES = (3, 100)
AT_ONCE = 32
HEALTH = {"status": "healthy", "service": "Evolution API", "version": "1", "checks": {"database": {"status": "healthy", "message": ""}}}
TEXT = "".join(
    f'# HELP service_figure_{number} A figure.\n# TYPE service_figure_{number} gauge\nservice_figure_{number}{{zone="a"}} {number}.5\n'
    for number in range(60)
)


def now() -> datetime:
    return datetime.now(timezone.utc)


async def serve() -> None:
    async def health(_: web.Request) -> web.Response:
        return web.json_response(HEALTH)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=TEXT)

    app = web.Application()
    app.add_routes([web.get("/{name}/health", health), web.get("/{name}/metrics", metrics)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)  # noqa: SLF001
    await asyncio.to_thread(sys.stdin.read)


async def bare(session: aiohttp.ClientSession, urls: list[str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def fetch(url: str) -> None:
        async with gate:
            for path in ("/health", "/metrics"):
                async with session.get(url + path) as answer:
                    await answer.read()

    await asyncio.gather(*(fetch(url) for url in urls))


class Leader:
    """All that one process does in a round."""

    def __init__(self, urls: list[str], sessions: Any) -> None:
        known = [KnownService(name=f"s{number}", kind="other", url=url, source="registered") for number, url in enumerate(urls)]
        self.inquirers = [Inquirer(one.name, "other", by_address(one, 5.0), 5.0, {}) for one in known]
        sources = [Source(one.name, [(one.name, one.kind)], one.ask, 15.0) for one in self.inquirers]
        sources.append(record_source(sessions, 5.0, now))

        async def asked() -> list[Source]:
            return sources

        self.aggregator = Aggregator(asked, "benchmark", 10.0, now)
        self.board = Board(sessions, now)
        self.history = History()

    async def round(self) -> None:
        reading = await self.aggregator.round(self.history.latest)
        assert all(state.status.value == "healthy" for state in reading.services)
        await self.board.publish(reading)
        self.history.add(reading)

    async def close(self) -> None:
        for one in self.inquirers:
            await one.aclose()


async def timed(work: Any) -> tuple[float, float]:
    cpu, start = time.process_time(), time.perf_counter()
    await work
    return time.perf_counter() - start, time.process_time() - cpu


def medians(times: list[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    return {"wall_ms": wall, "cpu_ms": cpu}


async def measure(port: str, rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/state.db", connect_args={"check_same_thread": False})
        Base.metadata.create_all(engine)

        @contextmanager
        def sessions() -> Any:
            with Session(engine) as session, session.begin():
                yield session

        async with aiohttp.ClientSession() as session:
            for size in SIZES:
                urls = [f"http://127.0.0.1:{port}/s{number}" for number in range(size)]
                leader = Leader(urls, sessions)
                await leader.round()
                await bare(session, urls)
                taken = {"round": [], "bare": []}
                for _ in range(rounds):
                    taken["bare"].append(await timed(bare(session, urls)))
                    taken["round"].append(await timed(leader.round()))
                found[str(size)] = {what: medians(times) for what, times in taken.items()}
                found[str(size)]["series"] = len(leader.history)
                found[str(size)]["packed_bytes"] = len(leader.history.latest.pack())
                await leader.close()
        engine.dispose()
    found["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def show(found: dict[str, Any]) -> None:
    print("| services | round: wall ms | processor ms | bare: wall ms | processor ms | ratio of processor time | series | reading, bytes |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in SIZES:
        one = found[str(size)]
        ours, theirs = one["round"], one["bare"]
        ratio = ours["cpu_ms"] / theirs["cpu_ms"]
        print(
            f"| {size} | {ours['wall_ms']:.0f} | {ours['cpu_ms']:.0f} | {theirs['wall_ms']:.0f} | {theirs['cpu_ms']:.0f} | {ratio:.1f} "
            f"| {one['series']} | {one['packed_bytes']} |"
        )
    few, many = (found[str(size)]["round"]["cpu_ms"] for size in SIZES)
    print(f"\n{SIZES[1]} services cost {many / few:.1f} times the processor time of {SIZES[0]}; every 10 s, {many / 100:.1f} % of a core.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    server = subprocess.Popen([sys.executable, Path(__file__), "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()
        found = asyncio.run(measure(port, given.rounds))
    finally:
        server.stdin.close()
        server.wait(10)
    print(json.dumps(found, indent=2)) if given.json else show(found)


if __name__ == "__main__":
    main()
