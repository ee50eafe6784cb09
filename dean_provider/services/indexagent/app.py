"""IndexAgent's application: which operation is answered by what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timezone

from fastapi import FastAPI

from dean_provider import __version__
from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.service import Check, HealthStatus, ServiceName
from dean_provider.services.indexagent.agents import Agents
from dean_provider.services.indexagent.code_index import CodeIndex
from dean_provider.services.indexagent.forks import PopulationForks
from dean_provider.services.indexagent.generations import Generations, Probe
from dean_provider.services.indexagent.lineage import Ancestry
from dean_provider.services.indexagent.patterns import PatternDetection
from dean_provider.services.indexagent.populations import Populations
from dean_provider.services.indexagent.settings import IndexAgentSettings
from dean_provider.services.store import Database, migrate
from dean_provider.services.web.app import Service, build_app
from dean_provider.web.binding import Handlers
from dean_provider.web.instruments import Instruments

__all__ = ["create_app"]

PACKAGE = "dean_provider.services.indexagent"


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def _no_probe(point: str, population_id: str, generation: int) -> None:
    """What a service does where a test may kill it: nothing."""


def _handlers(settings: IndexAgentSettings, database: Database, index: CodeIndex, now: Callable[[], datetime], probe: Probe) -> Handlers:
    populations = Populations(database, now, settings.max_generation_genes)
    generations, agents = Generations(database, now, probe), Agents(database, now)
    return {
        operations.CREATE_POPULATION: populations.create,
        operations.READ_POPULATION: populations.read,
        operations.LIST_POPULATIONS: populations.list,
        operations.RELEASE_POPULATION: populations.release,
        operations.DERIVE_POPULATION: populations.derive,
        operations.FORK_POPULATION: PopulationForks(database, now).fork,
        operations.READ_GENERATION: generations.read,
        operations.BREED: generations.breed,
        operations.RECORD_FITNESS: generations.record_fitness,
        operations.MEASURE_DIVERSITY: generations.diversity,
        operations.CREATE_AGENT: agents.create,
        operations.READ_AGENT: agents.read,
        operations.LIST_AGENTS: agents.list,
        operations.DELETE_AGENT: agents.delete,
        operations.READ_LINEAGE: Ancestry(database).read,
        operations.DETECT_PATTERNS: PatternDetection(database, now, settings.max_detection_genes).detect,
        operations.SEARCH_CODE: index.search,
        operations.READ_INDEX_STATUS: index.status,
    }


def create_app(settings: IndexAgentSettings, *, now: Callable[[], datetime] = _utc_now, probe: Probe = _no_probe) -> FastAPI:
    """IndexAgent, ready to be served; its database is migrated when it starts.

    Serving it closes what it holds; ``app.state.close()`` does when it is never served.
    """
    database = Database(settings.database_url)
    index = CodeIndex(
        settings.registered_repositories(),
        now,
        seconds=settings.index_seconds,
        max_files=settings.max_indexed_files,
        max_bytes=settings.max_file_bytes,
    )

    def close() -> None:
        index.close()
        database.close()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Agents, genomes, populations, lineage, variation, pattern detection and code search."""
        try:
            await asyncio.to_thread(migrate, database, PACKAGE)
            index.start()
            yield
        finally:
            await asyncio.to_thread(close)

    async def check_database() -> Check:
        await asyncio.to_thread(database.ping)
        return Check(status=HealthStatus.HEALTHY)

    service = Service(
        dialect=operations.REFERENCE,
        title="IndexAgent",
        handlers=_handlers(settings, database, index, now, probe),
        health=operations.HEALTH,
        metrics=operations.METRICS,
        instruments=Instruments(ServiceName.INDEXAGENT, __version__),
        lifespan=lifespan,
        checks={"database": check_database},
    )
    app = build_app(service, settings)
    app.state.close = close
    return app
