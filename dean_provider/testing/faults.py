"""What a scripted service does instead of answering, or before it answers."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dean_provider.contract.endpoints.dialect import Dialect
from dean_provider.contract.problem import MEDIA_TYPE, to_problem
from dean_provider.errors import (
    AuthenticationError,
    DeanError,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    ServiceFailureError,
    ServiceUnavailableError,
)

__all__ = ["Fault", "Faults", "FaultyApp"]

_BY_STATUS: dict[int, type[DeanError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    429: RateLimitedError,
    503: ServiceUnavailableError,
    504: RequestTimeoutError,
}


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    :param operation: name of the operation it befalls; every one when ``None``.
    :param latency_seconds: waits so long first.
    :param status: answers this status with a problem document, without asking the service.
    :param body: answers this instead of a problem document (with ``status``, 200 by default).
    :param headers: further headers of such an answer.
    :param retry_after: sends Retry-After (seconds) with such an answer.
    :param truncate: lets the service work, then breaks the connection half way through its answer: the lost reply.
    :param error: answers the problem document of this error.
    :param skip: lets so many matching calls pass first.
    :param times: happens so often; for ever when ``None``.
    """

    operation: str | None = None
    latency_seconds: float = 0.0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    truncate: bool = False
    error: DeanError | None = None
    skip: int = 0
    times: int | None = 1

    def answers(self) -> bool:
        """Whether the service is not asked at all."""
        return self.status is not None or self.body is not None or self.error is not None


class Faults:
    """A script: faults in the order they were added; the first that matches a call befalls it. Safe to change while serving."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._script: list[tuple[Fault, Counter[str]]] = []

    def add(self, fault: Fault) -> Faults:
        """Add to the script."""
        with self._lock:
            self._script.append((fault, Counter()))
        return self

    def clear(self) -> None:
        """Forget the script: the service is healthy again."""
        with self._lock:
            self._script.clear()

    def take(self, operation: str) -> Fault | None:
        """What befalls this call of ``operation``."""
        with self._lock:
            for fault, count in self._script:
                if fault.operation not in (None, operation):
                    continue
                count["seen"] += 1
                if count["seen"] <= fault.skip or (fault.times is not None and count["done"] >= fault.times):
                    continue
                count["done"] += 1
                return fault
        return None


def _recogniser(dialect: Dialect) -> Callable[[str, str], str]:
    """Which operation a method and a path are; the most literal template wins."""
    table = []
    for name, route in dialect.routes.items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", route.path)
        table.append((route.method, re.compile(pattern), name, route.path.count("{")))
    table.sort(key=lambda row: row[3])

    def operation(method: str, path: str) -> str:
        return next((name for wanted, pattern, name, _ in table if wanted == method and pattern.fullmatch(path)), "")

    return operation


def _answer(fault: Fault) -> tuple[int, bytes, dict[str, str]]:
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    if fault.body is not None:
        text = fault.body if isinstance(fault.body, (str, bytes)) else json.dumps(fault.body)
        data = text.encode() if isinstance(text, str) else text
        return fault.status or 200, data, {"Content-Type": "application/json", **headers}
    status = fault.status or 500
    error = fault.error or _BY_STATUS.get(status, ServiceFailureError)("A scripted failure.")
    problem = to_problem(error)
    if fault.status is not None:
        problem = problem.model_copy(update={"status": status})
    return problem.status, problem.model_dump_json().encode(), {"Content-Type": MEDIA_TYPE, **headers}


class _BrokenConnection(Exception):  # noqa: N818  what the server sees when we leave half way
    """Raised after half an answer, so that the server drops the connection."""


class FaultyApp:
    """An application with a script in front of it; counts the calls by operation in :attr:`calls`."""

    def __init__(self, app: ASGIApp, dialect: Dialect, faults: Faults) -> None:
        self.app = app
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self._operation = _recogniser(dialect)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        operation = self._operation(scope["method"], scope["path"])
        self.calls[operation] += 1
        fault = self.faults.take(operation) or Fault()
        if fault.latency_seconds:
            await asyncio.sleep(fault.latency_seconds)
        if fault.answers():
            await _send(send, *_answer(fault))
        elif fault.truncate:
            await self._truncated(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _truncated(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def half(message: Message) -> None:
            if message["type"] == "http.response.body":
                body = message.get("body", b"")
                await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
                raise _BrokenConnection
            await send(message)

        try:
            await self.app(scope, receive, half)
        except _BrokenConnection:
            return


async def _send(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
