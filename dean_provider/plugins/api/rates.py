"""How fast one caller may ask: a bucket of tokens each, in this process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dean_provider.errors import RateLimitedError
from dean_provider.plugins.api.authentication import caller_of

__all__ = ["RateLimit", "Rates"]

_MOST_CALLERS = 10_000


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Rates:
    """:param per_second: requests one caller may send on average; 0 means any number.
    :param burst: how many at once after a pause.
    """

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = monotonic) -> None:
        self.per_second = per_second
        self.burst = max(1.0, burst)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Take one request of ``caller``: 0 when it may go on, else the seconds after which it may come again."""
        if not self.per_second:
            return 0.0
        now = self._clock()
        bucket = self._buckets.setdefault(caller, _Bucket(self.burst, now))
        self._buckets.move_to_end(caller)
        while len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.filled_at) * self.per_second)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self.per_second
        bucket.tokens -= 1
        return 0.0


class RateLimit:
    """Turns away callers who ask too fast."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            caller = caller_of(Request(scope))
            seconds = self.rates.wait(f"{caller.kind.value}:{caller.name}")
            if seconds:
                raise RateLimitedError(
                    f"{caller.name} asks too often.",
                    retry_after=seconds,
                    details={"requests_per_second": self.rates.per_second, "at_once": self.rates.burst},
                    suggestions=["Wait as long as Retry-After says; ask for more on a page; use If-None-Match."],
                )
        await self.app(scope, receive, send)
