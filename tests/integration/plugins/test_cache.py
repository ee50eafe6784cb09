"""Dear answers that the processes of an API server share through a real Redis."""

from __future__ import annotations

import asyncio
import time

import pytest

from dean_provider.plugins.api.cache import SharedCache
from tests.redis_server import Redis

pytestmark = pytest.mark.integration


def test_what_one_process_made_the_others_need_not_make(redis: Redis) -> None:
    async def run() -> None:
        one, two = (SharedCache(redis.socket_url) for _ in range(2))
        await one.put("a", b"\x00\xff", 60)
        assert await two.get("a") == b"\x00\xff"
        assert await two.get("b") is None
        await one.put("short", b"x", 0.05)
        await asyncio.sleep(0.1)
        assert await two.get("short") is None

    asyncio.run(run())


def test_a_redis_that_hangs_is_waited_for_once_and_shortly(redis: Redis) -> None:
    async def run() -> float:
        cache = SharedCache(redis.socket_url)
        await cache.put("a", b"one", 60)
        with pytest.importorskip("redis").Redis.from_url(redis.url) as client:
            client.client_pause(60_000)
        began = time.monotonic()
        for _ in range(5):
            assert await cache.get("a") is None
        return time.monotonic() - began

    assert asyncio.run(run()) < 1.5
