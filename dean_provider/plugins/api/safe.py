"""Airflow's API server starts, whatever is wrong with ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from structlog import get_logger

from dean_provider import __version__
from dean_provider.errors import DeanError, ServiceUnavailableError
from dean_provider.web.problems import problem_response

__all__ = ["gateway_app", "safe_app"]

_log = get_logger(__name__)


def gateway_app() -> FastAPI:
    """The gateway of this Airflow, safe to mount."""

    def build() -> FastAPI:
        from dean_provider.plugins.api.app import build_app

        return build_app()

    return safe_app(build)


def safe_app(build: Callable[[], FastAPI]) -> FastAPI:
    """The application, or one in its place that answers 503 and says what is wrong. Never raises, neither does its lifespan."""
    try:
        app = build()
    except DeanError as error:
        _log.error("the gateway cannot be served; Airflow goes on without it", error=str(error))
        return _unavailable()
    except Exception:  # noqa: BLE001 - whatever it is, Airflow starts
        _log.exception("the gateway cannot be served; Airflow goes on without it")
        return _unavailable()
    app.router.lifespan_context = _guarded(app.router.lifespan_context)
    return app


def _guarded(lifespan: Callable[[Any], AbstractAsyncContextManager[Any]]) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """The same lifespan, whose failures are logged. What is behind the routes is then missing, the routes are not."""

    @asynccontextmanager
    async def guarded(app: FastAPI) -> AsyncIterator[None]:
        inner = lifespan(app)
        started = False
        try:
            await inner.__aenter__()
            started = True
        except Exception:  # noqa: BLE001 - whatever it is, Airflow starts
            _log.exception("the gateway's background work cannot start")
        try:
            yield
        finally:
            if started:
                await _ended(inner)

    return guarded


async def _ended(inner: AbstractAsyncContextManager[Any]) -> None:
    try:
        await inner.__aexit__(None, None, None)
    except Exception:  # noqa: BLE001 - whatever it is, Airflow stops as it would
        _log.exception("the gateway's background work did not end well")


def _unavailable() -> FastAPI:
    """Tells everybody that something is wrong, and only the log what: whoever asks is nobody we could know."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            error = ServiceUnavailableError(
                "The gateway could not be set up.",
                retry_after=60.0,
                suggestions=["The API server's log says why. Correct it and restart the API server.", "Try: dean config validate"],
            )
            await problem_response(error)(scope, receive, send)

    app = FastAPI(title="DEAN gateway", version=__version__, openapi_url=None, docs_url=None, redoc_url=None)
    app.mount("/", answer)
    return app
