"""The request id in every log line that is written while a request is answered, in whatever thread."""

from __future__ import annotations

from asgi_correlation_id import correlation_id
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

__all__ = ["LogContext"]


class LogContext:
    """Binds what Airflow's own log configuration then adds to each line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with bound_contextvars(request_id=correlation_id.get()):
            await self.app(scope, receive, send)
