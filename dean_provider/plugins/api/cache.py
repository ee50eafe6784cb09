"""Answers that were dear, kept for whoever asks the same: in this process, or in Redis for all processes of the API server.

What is kept is named after everything it was made from, the head of the execution's chain included; so it is never behind the record.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from structlog import get_logger

from dean_provider.hooks.loopbound import LoopBound

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["Cache", "LocalCache", "SharedCache", "make_cache", "named"]

_log = get_logger(__name__)
_MOST_BYTES = 32 * 2**20
_LARGEST = 2 * 2**20
_REDIS_SECONDS = 0.25
_AWAY_SECONDS = 30.0


class Cache(Protocol):
    """Keeps bytes for a while. Losing some is no failure."""

    async def get(self, name: str) -> bytes | None:
        """What is kept under ``name``; nothing when it never was, or is not any more."""

    async def put(self, name: str, body: bytes, seconds: float) -> None:
        """Keep ``body`` for so long, if there is room."""


def named(*parts: str) -> str:
    """A name for what was made from ``parts``; as long whatever they are."""
    return f"dean/answer/{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"


class LocalCache:
    """In this process; the longest unasked for goes first.

    :param most: bytes in all.
    """

    def __init__(self, most: int = _MOST_BYTES, clock: Callable[[], float] = monotonic) -> None:
        self.most = most
        self.held = 0
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def get(self, name: str) -> bytes | None:
        ends, body = self._kept.get(name, (0.0, b""))
        if name not in self._kept:
            return None
        if ends <= self._clock():
            self._drop(name)
            return None
        self._kept.move_to_end(name)
        return body

    async def put(self, name: str, body: bytes, seconds: float) -> None:
        if len(body) > min(_LARGEST, self.most):
            return
        if name in self._kept:
            self._drop(name)
        self._kept[name] = (self._clock() + seconds, body)
        self.held += len(body)
        while self.held > self.most:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: str) -> None:
        self.held -= len(self._kept.pop(name)[1])


class SharedCache:
    """In Redis. While that is away, nothing is kept and nobody waits for it.

    :param url: where Redis is.
    """

    def __init__(self, url: str, clock: Callable[[], float] = monotonic) -> None:
        self._url = url
        self._clock = clock
        self._away_until = 0.0
        self._clients: LoopBound[Redis] = LoopBound(self._connect, _close)

    async def get(self, name: str) -> bytes | None:
        found: bytes | None = await self._ask(lambda redis: redis.get(name))
        return found

    async def put(self, name: str, body: bytes, seconds: float) -> None:
        if len(body) <= _LARGEST:
            await self._ask(lambda redis: redis.set(name, body, px=max(1, round(1000 * seconds))))

    async def _ask(self, command: Callable[[Any], Any]) -> Any:
        from redis.exceptions import RedisError

        if self._clock() < self._away_until:
            return None
        try:
            return await command(await self._clients.get())
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = self._clock() + _AWAY_SECONDS
            _log.warning("Redis does not answer; answers are not kept meanwhile", error=type(error).__name__, seconds=_AWAY_SECONDS)
            return None

    async def _connect(self) -> Redis:
        from redis import asyncio as redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        return redis.Redis.from_url(
            self._url, retry=Retry(NoBackoff(), 0), socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
        )


async def _close(client: Redis) -> None:
    await client.aclose()


def make_cache(redis_url: str | None) -> Cache:
    """In Redis where one is configured and can be talked to, else in this process."""
    if redis_url is None:
        return LocalCache()
    try:
        import redis  # noqa: F401 - only whether it is there
    except ImportError:
        _log.warning("the package redis is not installed; answers are kept in each process: pip install 'dean-provider[redis]'")
        return LocalCache()
    return SharedCache(redis_url)
