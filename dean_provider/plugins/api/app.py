"""The application itself: middleware, routes, documents, and what goes on behind them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware

from dean_provider import __version__
from dean_provider.config import ProviderSettings, resolve
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.endpoints.dialect import Dialect
from dean_provider.monitoring.history import History
from dean_provider.monitoring.monitor import Monitor
from dean_provider.plugins.api.authentication import Authentication, Identify
from dean_provider.plugins.api.background import background_jobs
from dean_provider.plugins.api.cache import make_cache
from dean_provider.plugins.api.database import unavailable_database
from dean_provider.plugins.api.documentation import DOCUMENTS, add_documents
from dean_provider.plugins.api.identity import installed_identity, trusted_origins
from dean_provider.plugins.api.jobs import Job, running
from dean_provider.plugins.api.live.assembly import SOCKETS, Live
from dean_provider.plugins.api.log_context import LogContext
from dean_provider.plugins.api.origin import OriginGuard
from dean_provider.plugins.api.page import add_page
from dean_provider.plugins.api.rates import RateLimit, Rates
from dean_provider.plugins.api.resources import (
    access,
    agents,
    alerts,
    audit,
    configuration,
    facts,
    form,
    health,
    live,
    monitoring,
    patterns,
    report,
    services,
    starting,
    steering,
    tokens,
    trials,
)
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Room, Table, endpoint
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.plugins.api.workers import Workers
from dean_provider.web.access_log import AccessLog
from dean_provider.web.binding import bind
from dean_provider.web.body_limit import BodyLimit
from dean_provider.web.instruments import Instruments
from dean_provider.web.problems import CrashGuard, install_problem_handlers, problem_response

__all__ = ["build_app", "rights", "routes"]

_REQUEST_ID = re.compile(r"^[\x21-\x7e]{1,200}$")
_LARGEST_BODY = 8 * 2**20
_BURST_SECONDS = 5
_FURTHER_STATUSES = (403, 501, 502, 504)
"""Too little right, and what services behind the gateway may come to."""

_DESCRIPTION = "Evolution trials: start, watch, steer and explain them, with the rights that Airflow gives."
_RESOURCES = (
    access,
    agents,
    alerts,
    audit,
    configuration,
    facts,
    form,
    health,
    live,
    monitoring,
    patterns,
    report,
    services,
    starting,
    steering,
    tokens,
    trials,
)


def routes(around: Surroundings) -> Table:
    """Every operation with what it does and for whom: the one table."""
    return {operation: served for resource in _RESOURCES for operation, served in resource.routes(around).items()}


def rights(table: Table) -> dict[str, Right]:
    """Who may use each route, by its name."""
    documents = {name: right for name, (_, right) in [*DOCUMENTS.items(), *SOCKETS.items()]}
    return {**{operation.name: served.right for operation, served in table.items()}, **documents}


def _mounted() -> Dialect:
    """The operations' paths below where the application is mounted."""
    served = {name: replace(route, path=route.path.removeprefix(gateway.PREFIX)) for name, route in gateway.REFERENCE.routes.items()}
    return replace(gateway.REFERENCE, routes=served)


def _room(settings: ProviderSettings) -> Room:
    threads = settings.gateway_threads
    return Room(
        cheap=Workers(threads, threads * 24),
        expensive=Workers(max(1, threads // 3), threads * 2, purpose="expensive requests", retry_after=2.0),
        cache=make_cache(settings.redis_url.get_secret_value() if settings.redis_url else None),
    )


def _monitor(settings: ProviderSettings) -> Monitor:
    return Monitor(settings.monitoring_seconds, History(settings.monitoring_history_seconds))


def _middleware(settings: ProviderSettings, identify: Identify, instruments: Instruments) -> list[Middleware]:
    per_second = settings.gateway_requests_per_second
    return [
        Middleware(CorrelationIdMiddleware, header_name="X-Request-ID", validator=lambda text: _REQUEST_ID.fullmatch(text) is not None),
        Middleware(LogContext),
        Middleware(AccessLog, instruments=instruments),
        Middleware(CrashGuard),
        Middleware(Authentication, identify=identify),
        Middleware(RateLimit, rates=Rates(per_second, per_second * _BURST_SECONDS)),
        Middleware(OriginGuard, trusted=trusted_origins()),
        Middleware(BodyLimit, limit=_LARGEST_BODY),
    ]


async def _database_error(_: Request, error: Any) -> Response:
    unavailable = unavailable_database(error)
    if unavailable is None:
        raise error
    return problem_response(unavailable)


def build_app(
    settings: ProviderSettings | None = None,
    *,
    around: Surroundings | None = None,
    identify: Identify | None = None,
    jobs: Callable[[Surroundings], Sequence[Job]] = background_jobs,
) -> FastAPI:
    """The application, ready to be mounted under ``/dean``.

    :param settings: of the provider; as configured unless given.
    :param around: what the routes work with; this Airflow and its services unless given.
    :param identify: finds out who sent a request; Airflow's auth manager unless given.
    :param jobs: what runs behind the routes.
    :raises InvalidConfigurationError: when the configuration cannot work.
    """
    settings = settings or resolve().settings
    around = around or Surroundings(settings, _room(settings), monitor=_monitor(settings))
    instruments = around.instruments

    updates = Live(settings, around.room.sessions, instruments, trusted_origins())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with updates.listening():
            async with running([*jobs(around), *updates.jobs()]):
                yield

    app = FastAPI(
        title="DEAN gateway",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=_middleware(settings, identify or installed_identity(settings, around.room.cheap), instruments),
    )
    install_problem_handlers(app)
    app.add_exception_handler(SQLAlchemyError, _database_error)
    table, dialect = routes(around), _mounted()
    handlers = {
        operation: endpoint(operation, dialect.routes[operation.name].method, served, around.room) for operation, served in table.items()
    }
    bind(app.router, dialect, handlers, further=_FURTHER_STATUSES, of_reads=(304,))
    updates.add_to(app)
    add_documents(app, rights(table))
    add_page(app)
    return app
