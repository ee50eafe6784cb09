"""Threads for what blocks: few, and with a short queue, so that neither Airflow's own requests nor its database ever wait for ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from dean_provider.errors import ServiceUnavailableError

__all__ = ["Workers"]

T = TypeVar("T")


class Workers:
    """At most ``threads`` things at once; beyond ``queue`` that wait, callers are turned away.

    :param purpose: what these threads are for, in words.
    :param retry_after: seconds after which a caller who was turned away may try again.
    """

    def __init__(self, threads: int, queue: int, *, purpose: str = "requests", retry_after: float = 1.0) -> None:
        self.threads = threads
        self.queue = queue
        self.purpose = purpose
        self.retry_after = retry_after
        self.waiting = 0
        self._limiter: CapacityLimiter | None = None

    async def run(self, function: Callable[[], T]) -> T:
        """What ``function`` returns, called in a thread.

        :raises ServiceUnavailableError: when too many wait already.
        """
        if self._limiter is None:
            self._limiter = CapacityLimiter(self.threads)
        if self.waiting >= self.threads + self.queue:
            raise ServiceUnavailableError(
                f"The gateway has too many {self.purpose} to answer at once.",
                retry_after=self.retry_after,
                details={"waiting": self.waiting},
                suggestions=["Ask again a little later, or for less."],
            )
        self.waiting += 1
        try:
            return await to_thread.run_sync(function, limiter=self._limiter)
        finally:
            self.waiting -= 1
