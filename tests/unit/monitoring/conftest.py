"""Readings as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dean_provider.contract.installation import KnownService
from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.asking import Inquirer, by_address
from dean_provider.monitoring.reading import Family, Reading, Sample
from dean_provider.state.statements import table_of
from dean_provider.state.tables import WorkflowRow

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
HEALTH = {"status": "healthy", "service": "Evolution API", "version": "1.2"}


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """A reading so many seconds after the start, with counters and gauges by name."""

    def make(seconds: float, *samples: Sample, counters: tuple[str, ...] = (), **more: Any) -> Reading:
        families = {one.name: Family(MetricType.COUNTER if one.name in counters else MetricType.GAUGE) for one in samples}
        return Reading(START + timedelta(seconds=seconds), "host/1", 10.0, samples=samples, families=families, **more)

    return make


@pytest.fixture(scope="session")
def run_trials() -> Callable[..., None]:
    """Puts running trials into a record by their numbers, each begun a second after the one before and last heard of at ``updated_at``."""
    texts = {"workflow_type": "trial", "dag_id": "mine", "task_group": "", "map_index": -1, "head_hash": "", "sequence": 1}
    figures = {"generation": 3, "tokens_used": 50, "token_budget": 100}
    documents = {name: {} for name in ("labels", "configuration", "result", "state")}

    def run(session: Session, numbers: range, updated_at: datetime, status: str = "running") -> None:
        rows = [
            {
                **texts,
                **figures,
                **documents,
                "status": status,
                "updated_at": updated_at,
                "id": UUID(int=number),
                "name": f"t{number}",
                "created_at": START + timedelta(seconds=number),
            }
            for number in numbers
        ]
        session.execute(insert(table_of(WorkflowRow)), rows)

    return run


class Service:
    """Answers what a test says; paths it does not know it has not."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {"/health": HEALTH, "/metrics": "jobs 3\n"}
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.headers = dict(request.headers)
        found = self.answers.get(request.path)
        if found is None:
            return web.Response(status=404)
        if callable(found):
            return await found(request)
        return web.json_response(found) if not isinstance(found, str) else web.Response(text=found)


@pytest.fixture
async def service():
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = site._server.sockets[0].getsockname()[1]
    yield made
    await runner.cleanup()


@pytest.fixture
async def inquire(service):
    made: list[Inquirer] = []

    def make(seconds: float = 0.3, port: int | None = None, **paths: str) -> Inquirer:
        known = KnownService(name="one", kind="evolution", url=f"http://127.0.0.1:{port or service.port}", source="registered")
        made.append(Inquirer("one", "evolution", by_address(known, seconds), seconds, paths))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()
