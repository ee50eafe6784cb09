"""What is told of each call: a span of the trace it belongs to, and how long it took."""

from __future__ import annotations

import time
from types import TracebackType

from structlog.contextvars import get_contextvars
from typing_extensions import Self

from dean_provider.telemetry import stats, tracing

__all__ = ["Observed"]


class Observed:
    """A call from its beginning to its end. Not the current span: others go on while it waits.

    :param operation: one of few words; what differs from call to call is no part of it.
    """

    def __init__(self, service: str, operation: str, request_id: str) -> None:
        known = get_contextvars()
        self._tags = {"service": service, "operation": operation}
        self._span = tracing.begin(
            f"dean.call {service}.{operation}",
            **self._tags,
            correlation_id=request_id,
            trial_id=known.get("trial_id"),
            workflow_id=known.get("workflow_id"),
        )
        self._start = time.perf_counter()

    @property
    def headers(self) -> dict[str, str]:
        """What the service needs to go on with the trace."""
        return tracing.carried(self._span)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        failed = error if isinstance(error, Exception) else None
        tracing.end(self._span, failed)
        stats.timing("dean.call.duration", time.perf_counter() - self._start, self._tags)
        if failed is not None:
            stats.incr("dean.call.errors", tags=self._tags)
