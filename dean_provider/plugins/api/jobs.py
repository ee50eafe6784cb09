"""Work that goes on behind the routes, in every process of the API server. Nothing a job does can stop that server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from structlog import get_logger

__all__ = ["Job", "running"]

_log = get_logger(__name__)
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """Something done again and again.

    :param run: one round; never blocks the loop.
    :param period: seconds between the end of one round and the start of the next.
    :param end: done once when all jobs have ended.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    period: float
    end: Callable[[], Awaitable[None]] | None = None


async def _keep_running(job: Job, sleep: Sleep) -> None:
    while True:
        try:
            await job.run()
        except Exception:  # noqa: BLE001 - whatever it is, the next round comes
            _log.exception("a background job failed; its next round comes", job=job.name, seconds=job.period)
        await sleep(job.period)


@asynccontextmanager
async def running(jobs: Sequence[Job], sleep: Sleep = asyncio.sleep) -> AsyncIterator[None]:
    """Run ``jobs`` side by side until the context ends; then they are cancelled and waited for."""
    tasks = [asyncio.create_task(_keep_running(job, sleep), name=f"dean-{job.name}") for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(job.end() for job in jobs if job.end is not None), return_exceptions=True)
