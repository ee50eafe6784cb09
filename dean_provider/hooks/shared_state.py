"""Circuit breakers' state in Redis, for synchronous and asynchronous callers of many processes.

purgatory's repositories are used with Redis clients of ours: a call must not wait long for a Redis that is away, and by default redis-py
repeats and pauses for seconds.
"""

from __future__ import annotations

from typing import Any, cast

from purgatory import AsyncCircuitBreakerFactory, AsyncRedisUnitOfWork, SyncCircuitBreakerFactory, SyncRedisUnitOfWork
from purgatory.domain.model import OPENED

from dean_provider.errors import InvalidConfigurationError
from dean_provider.hooks.loopbound import LoopBound

__all__ = ["SharedState"]

_SECONDS = 1.0


class SharedState:
    """Loads circuits from the Redis at ``url``.

    :raises InvalidConfigurationError: when the redis package is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            from redis.exceptions import RedisError
        except ImportError:
            raise InvalidConfigurationError(
                "Circuit breakers are to be shared through Redis, but the package 'redis' is not installed.",
                details={"problems": [{"field": "redis_url", "rule": "needs the package redis"}]},
                suggestions=["pip install 'dean-provider[redis]', or leave [dean] redis_url empty."],
            ) from None
        self.failures: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
        self._url = url
        self._sync: SyncCircuitBreakerFactory | None = None
        self._async = LoopBound(self._make_async, _close)

    def load(self, name: str, threshold: int, seconds: float) -> Any:
        """The circuit as all processes know it now."""
        return self._factory.get_breaker(_key(name, threshold, seconds), threshold, seconds)

    async def aload(self, name: str, threshold: int, seconds: float) -> Any:
        """:meth:`load` for an event loop."""
        factory = await self._async.get()
        return await factory.get_breaker(_key(name, threshold, seconds), threshold, seconds)

    def hold(self, circuit: Any, now: float) -> None:
        """Keep the others out for as long as the circuit stays open, while one call finds out how the service is."""
        self._factory.uow.contexts.update_state(circuit.context.name, OPENED, now)

    async def ahold(self, circuit: Any, now: float) -> None:
        """:meth:`hold` for an event loop."""
        factory = await self._async.get()
        await factory.uow.contexts.update_state(circuit.context.name, OPENED, now)

    @property
    def _factory(self) -> SyncCircuitBreakerFactory:
        if self._sync is None:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            unit = SyncRedisUnitOfWork(self._url)
            repository = cast("Any", unit.contexts)
            repository.redis = redis.Redis.from_url(
                self._url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
            )
            self._sync = SyncCircuitBreakerFactory(uow=unit)
        return self._sync

    async def _make_async(self) -> AsyncCircuitBreakerFactory:
        from redis import asyncio as redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        unit = AsyncRedisUnitOfWork(self._url)
        repository = cast("Any", unit.contexts)
        repository.redis = redis.Redis.from_url(
            self._url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        return AsyncCircuitBreakerFactory(uow=unit)


async def _close(factory: AsyncCircuitBreakerFactory) -> None:
    await cast("Any", factory.uow.contexts).redis.aclose()


def _key(name: str, threshold: int, seconds: float) -> str:
    """Redis keeps a circuit with its numbers for ever; other numbers are another circuit."""
    return f"dean/{name}/{threshold}/{seconds:g}"
