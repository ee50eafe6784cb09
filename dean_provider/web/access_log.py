"""One log line and one measurement for each request."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from dean_provider.web.instruments import Instruments

__all__ = ["AccessLog"]

_log = get_logger(__name__)
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""A caller may send any word as a method; each label is kept for ever."""
_ROUTINE = frozenset({"/health", "/metrics"})
"""Route templates: unlike the path they are the same wherever the application is mounted."""


def _template(scope: Scope) -> str:
    """The route's path template: unlike the path itself it has few values."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


class AccessLog:
    """Logs requests (at debug level what asks every few seconds and goes well) and feeds the instruments."""

    def __init__(self, app: ASGIApp, instruments: Instruments, clock: Callable[[], float] = time.perf_counter) -> None:
        self.app = app
        self.instruments = instruments
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = self.clock(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            seconds, route = self.clock() - start, _template(scope)
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self.instruments.requests.labels(method, route, str(status)).inc()
            self.instruments.seconds.labels(method, route).observe(seconds)
            log = _log.debug if route in _ROUTINE and status < 400 else _log.info
            log("request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 6))
