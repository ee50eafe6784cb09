"""Whose request it is, in every log line that is written while it is answered, in whatever thread, and as a span of the caller's trace."""

from __future__ import annotations

import re

from asgi_correlation_id import correlation_id
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, bound_contextvars

from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.telemetry.tracing import continued

__all__ = ["LogContext", "about"]

_EXECUTION = re.compile(r"/(?:trials|workflows)/([0-9a-fA-F-]{36})(?:/|$)")
_ABOUT = ("workflow_id", "trial_id", "dag_id", "run_id")


class LogContext:
    """Binds what Airflow's own log configuration then adds to each line.

    A caller that is a task sends its correlation id, which leads back to its DAG run, as the request's id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = correlation_id.get()
        if scope["type"] != "http":
            with bound_contextvars(request_id=request_id):
                await self.app(scope, receive, send)
            return
        named = _EXECUTION.search(scope["path"])
        known = {"workflow_id": named.group(1).lower()} if named else {}
        with (
            bound_contextvars(request_id=request_id, correlation_id=request_id, **known),
            continued(Headers(scope=scope), "dean.request", method=scope["method"], request_id=request_id, **known),
        ):
            await self.app(scope, receive, send)


def about(found: WorkflowDetail | None) -> None:
    """From here on, in this thread or task, lines are about that execution."""
    if found is not None:
        told = {"workflow_id": str(found.id), "trial_id": found.trial_id, "dag_id": found.dag_id, "run_id": found.run_id}
        bind_contextvars(**{name: value for name in _ABOUT if (value := told[name]) is not None})
