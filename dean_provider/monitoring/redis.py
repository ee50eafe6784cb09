"""Redis: the latest reading for the other processes, readings of late for those that start, and how Redis itself is.

Everything goes on without it: what fails is tried again a little later, and never waited for long.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from structlog import get_logger

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.errors import InvalidConfigurationError
from dean_provider.hooks.loopbound import LoopBound
from dean_provider.monitoring.finding import Finding, Found, Source
from dean_provider.monitoring.reading import Reading, Sample
from dean_provider.monitoring.record import ours

__all__ = ["RedisShelf", "redis_source"]

_SECONDS = 1.0
_AWAY_SECONDS = 5.0
_FINE, _COARSE = 180, 60.0
_log = get_logger(__name__)
T = TypeVar("T")


class RedisShelf:
    """Keeps readings under ``dean:<installation>:``.

    :param history_seconds: how far back they are kept: the last few all, one a minute before.
    :raises InvalidConfigurationError: when the package redis is not installed.
    """

    def __init__(self, url: str, history_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        try:
            from redis.exceptions import RedisError  # noqa: PLC0415 - an extra
        except ImportError:
            raise InvalidConfigurationError(
                "Redis is configured, but the package 'redis' is not installed.",
                details={"problems": [{"field": "redis_url", "rule": "needs the package redis"}]},
                suggestions=["pip install 'dean-provider[redis]', or leave [dean] redis_url empty."],
            ) from None
        self.failures: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError, ValueError)
        self._url = url
        self._coarse = int(history_seconds / _COARSE)
        self._clock = clock
        self._away_until = 0.0
        self._minute = 0
        self._clients = LoopBound(self._make, _close)

    async def put(self, installation: str, reading: Reading, body: bytes) -> None:
        """Keep a reading, packed, as the latest and among those of late."""

        async def work(client: Any) -> None:
            fine, coarse, latest = (f"dean:{installation}:readings:{name}" for name in ("fine", "coarse", "latest"))
            async with client.pipeline(transaction=True) as pipe:
                pipe.set(latest, body, ex=3600)
                pipe.lpush(fine, body)
                pipe.ltrim(fine, 0, _FINE - 1)
                minute = int(reading.taken_at.timestamp() // _COARSE)
                if minute != self._minute:
                    pipe.lpush(coarse, body)
                    pipe.ltrim(coarse, 0, self._coarse - 1)
                    self._minute = minute
                await pipe.execute()

        await self._try(work, None)

    async def latest(self, installation: str) -> Reading | None:
        """The reading that was put last; nothing when Redis is away."""

        async def work(client: Any) -> Reading | None:
            body = await client.get(f"dean:{installation}:readings:latest")
            return await asyncio.to_thread(Reading.unpack, body) if body else None

        return await self._try(work, None)

    async def history(self, installation: str) -> list[bytes]:
        """Readings of late, packed, in any order."""

        async def work(client: Any) -> list[bytes]:
            return [body for name in ("coarse", "fine") for body in await client.lrange(f"dean:{installation}:readings:{name}", 0, -1)]

        return await self._try(work, [])

    async def info(self) -> dict[str, Any]:
        """What Redis says of its memory.

        :raises Exception: one of ``failures``.
        """
        client = await self._clients.get()
        await client.ping()
        found: dict[str, Any] = await client.info("memory")
        return found

    async def _try(self, work: Callable[[Any], Any], otherwise: T) -> T | Any:
        if self._clock() < self._away_until:
            return otherwise
        try:
            return await work(await self._clients.get())
        except self.failures as error:
            self._away_until = self._clock() + _AWAY_SECONDS
            _log.warning("Redis is away; readings go through the database", error=type(error).__name__)
            return otherwise

    async def _make(self) -> Any:
        from redis import asyncio as redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        return redis.Redis.from_url(
            self._url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, retry=Retry(NoBackoff(), 0), decode_responses=False
        )


async def _close(client: Any) -> None:
    await client.aclose()


def redis_source(shelf: RedisShelf, seconds: float) -> Source:
    """Asks Redis how it is."""

    async def ask() -> Found:
        start = time.perf_counter()
        try:
            memory = await shelf.info()
        except shelf.failures as error:
            message = f"no answer ({type(error).__name__})"
            return Found([Finding("redis", "redis", ServiceStatus.UNHEALTHY, answered=False, message=message)])
        latency = round(time.perf_counter() - start, 6)
        used, most = float(memory.get("used_memory", 0)), float(memory.get("maxmemory", 0))
        samples = [Sample.of("dean_redis_memory_bytes", used), *([Sample.of("dean_redis_memory_ratio", used / most)] if most else [])]
        return Found([Finding("redis", "redis", ServiceStatus.HEALTHY, latency_seconds=latency)], ours(samples))

    return Source("redis", [("redis", "redis")], ask, seconds)


def newest(*readings: Reading | None) -> Reading | None:
    """The one that was taken last."""
    return max((one for one in readings if one is not None), key=_taken, default=None)


def _taken(reading: Reading) -> datetime:
    return reading.taken_at
