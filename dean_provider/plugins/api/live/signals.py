"""Wake-ups between processes over Redis: whoever has recorded something says so, and who watches looks at once.

Nothing else travels this way, so nothing is lost with a message that is: everybody looks now and then by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from structlog import get_logger

from dean_provider.plugins.api.live.figures import Figures

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["Signals"]

_log = get_logger(__name__)
_CHANNEL = "dean/live"
_PATIENCE_SECONDS = 1.0
_AWAY_SECONDS = 1.0
_SPACING_SECONDS = 0.01
_HEALTH_SECONDS = 10


class Signals:
    """Belongs to one event loop, but for :meth:`say`.

    :param url: where Redis is.
    :param heard: called for each wake-up, and when wake-ups cease or begin to arrive.
    """

    def __init__(self, url: str, heard: Callable[[], None], figures: Figures) -> None:
        self._url = url
        self._heard = heard
        self._figures = figures
        self._loop: asyncio.AbstractEventLoop | None = None
        self._said = asyncio.Event()
        self.up = False

    def say(self) -> None:
        """This process has recorded something. From any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._said.set)

    async def publish(self) -> None:
        """Pass on what is said, for ever; what cannot be passed on is dropped."""
        self._loop = asyncio.get_running_loop()
        redis, away = _client(self._url), False
        try:
            while True:
                await self._said.wait()
                self._said.clear()
                try:
                    await redis.publish(_CHANNEL, "")
                except _failures() as error:
                    if not away:
                        _log.warning("Redis does not take wake-ups; others find what is recorded by looking", error=type(error).__name__)
                    away = True
                    await asyncio.sleep(_AWAY_SECONDS)
                else:
                    away = False
                    await asyncio.sleep(_SPACING_SECONDS)
        finally:
            await redis.aclose()

    async def listen(self) -> None:
        """Hear what others say, for ever."""
        redis, known = _client(self._url), False
        try:
            while True:
                try:
                    await self._hear(redis)
                except _failures() as error:
                    if self.up or not known:
                        _log.warning("no wake-ups from Redis; new events are looked for instead", error=type(error).__name__)
                    known = True
                    self._turn(up=False)
                await asyncio.sleep(_AWAY_SECONDS)
        finally:
            self._turn(up=False)
            await redis.aclose()

    async def _hear(self, redis: Redis) -> None:
        async with redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(_CHANNEL)
            await redis.ping()
            self._turn(up=True)
            while True:
                if await channel.get_message(timeout=_PATIENCE_SECONDS) is not None:
                    self._heard()

    def _turn(self, *, up: bool) -> None:
        if up is not self.up:
            self.up = up
            self._figures.redis.set(int(up))
            self._heard()


def _client(url: str) -> Redis:
    from redis import asyncio as redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    seconds: dict[str, Any] = {"socket_timeout": _PATIENCE_SECONDS * 2, "socket_connect_timeout": _PATIENCE_SECONDS}
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), health_check_interval=_HEALTH_SECONDS, **seconds)


def _failures() -> tuple[type[BaseException], ...]:
    from redis.exceptions import RedisError

    return (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
