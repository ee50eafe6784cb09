"""The FastAPI application of a service: the same middleware, problems, health and metrics for both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse
from starlette.middleware import Middleware

from dean_provider import __version__
from dean_provider.contract.endpoints.dialect import Dialect
from dean_provider.contract.endpoints.operation import Operation
from dean_provider.contract.service import Empty
from dean_provider.services.web.authentication import OPEN_PATHS, BearerGuard
from dean_provider.services.web.settings import ServiceSettings
from dean_provider.web.access_log import AccessLog
from dean_provider.web.binding import Handlers, bind, problem_schema
from dean_provider.web.body_limit import BodyLimit
from dean_provider.web.health import CheckFunction, HealthReport
from dean_provider.web.instruments import Instruments
from dean_provider.web.problems import CrashGuard, install_problem_handlers

__all__ = ["Service", "build_app"]

_REQUEST_ID = re.compile(r"^[\x21-\x7e]{1,200}$")
_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Service:
    """What makes one service different from another.

    :param handlers: every operation of the dialect but health and metrics.
    :param vital: names of the checks without which it cannot serve.
    :param lifespan: starts and stops what runs behind the routes.
    :param before_metrics: brings gauges up to date when somebody scrapes.
    :param further_statuses: that its routes may answer with, besides those of every service.
    """

    dialect: Dialect
    title: str
    handlers: Handlers
    health: Operation[Any, Any]
    metrics: Operation[Any, Any]
    instruments: Instruments
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]
    checks: Mapping[str, CheckFunction] = field(default_factory=dict)
    vital: frozenset[str] = frozenset({"database"})
    before_metrics: Callable[[], None] = lambda: None
    further_statuses: tuple[int, ...] = ()


def _acceptable_id(text: str) -> bool:
    return _REQUEST_ID.fullmatch(text) is not None


def _middleware(service: Service, settings: ServiceSettings) -> list[Middleware]:
    return [
        Middleware(CorrelationIdMiddleware, header_name="X-Request-ID", validator=_acceptable_id),
        Middleware(AccessLog, instruments=service.instruments),
        Middleware(CrashGuard),
        Middleware(BearerGuard, token=settings.token, jwt_secret=settings.jwt_secret),
        Middleware(BodyLimit, limit=settings.max_request_bytes),
    ]


def _describe(app: FastAPI, *, protected: bool) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document; of a protected service it says that callers need a bearer token, except for its health."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problem_schema()
            if protected:
                schema["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
                schema["security"] = [{"bearer": []}]
                for path in OPEN_PATHS & schema["paths"].keys():
                    for operation in schema["paths"][path].values():
                        operation["security"] = []
            app.openapi_schema = schema
        return app.openapi_schema

    return openapi


def build_app(service: Service, settings: ServiceSettings) -> FastAPI:
    """The application, ready to be served."""
    app = FastAPI(
        title=service.title,
        version=__version__,
        description=(service.lifespan.__doc__ or "").strip(),
        lifespan=service.lifespan,
        middleware=_middleware(service, settings),
    )
    install_problem_handlers(app)

    def metrics(request: Empty) -> PlainTextResponse:
        service.before_metrics()
        return PlainTextResponse(service.instruments.text(), media_type=_EXPOSITION)

    health = HealthReport(service.dialect.service, __version__, service.checks, service.vital)

    async def answer_health(request: Empty) -> Any:
        return await health(request)

    handlers = {**service.handlers, service.health: answer_health, service.metrics: metrics}
    bind(app.router, service.dialect, handlers, further=service.further_statuses)
    app.openapi = _describe(app, protected=settings.token is not None or settings.jwt_secret is not None)  # type: ignore[method-assign]
    return app
