"""Two API servers on one database: what one records arrives at whoever watches the other, with Redis, without, while it comes and goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.redis_server import Redis

pytestmark = pytest.mark.integration


def _listening(server: Redis, processes: int, seconds: float = 60) -> None:
    """Wait until so many processes listen for wake-ups."""
    redis = pytest.importorskip("redis")
    deadline = time.monotonic() + seconds
    with redis.Redis.from_url(server.url) as client:
        while time.monotonic() < deadline:
            with suppress(redis.exceptions.RedisError):
                if client.pubsub_numsub("dean/live")[0][1] == processes:
                    return
            time.sleep(0.1)
    raise AssertionError(f"there are not {processes} processes that listen")


def test_without_redis_others_are_found_by_looking(live: Any, simple: Any, start_server: Callable[..., Any]) -> None:
    first = simple
    second = start_server("simple", **first.database)
    with live.watching(first) as here, live.watching(second) as there:
        trial = live.tell(first, 0, 1)
        assert [event["sequence"] for event in there.events(3)] == [1, 2, 3]
        live.tell(second, 2, workflow_id=trial)
        assert [event["sequence"] for event in here.events(4)] == [1, 2, 3, 4]
    ticket = live.issue(first)
    assert live.opens(second, ticket)
    assert not live.opens(first, ticket)


def test_with_redis_they_say_so_and_looking_takes_over_while_it_is_away(
    live: Any, start_server: Callable[..., Any], redis: Redis, new_database: Callable[[str], str]
) -> None:
    env = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": new_database("live"),
        "AIRFLOW__DEAN__REDIS_URL": redis.url,
        "AIRFLOW__DEAN__LIVE_POLL_SECONDS": "0.5",
    }
    first, second = start_server("simple", **env), start_server("simple", **env, DEAN_TEST_PREPARED="1")
    with live.watching(second) as there:
        _listening(redis, 2)
        trial = live.tell(first, 0)
        there.events(2)
        began = time.monotonic()
        for number in range(1, 6):
            live.tell(first, number, workflow_id=trial)
            there.events(1)
        assert time.monotonic() - began < 10, "looking by itself every five seconds takes longer"
        redis.stop()
        live.tell(first, 6, workflow_id=trial)
        assert [event["sequence"] for event in there.events(1)] == [8]
        redis.start()
        _listening(redis, 2)
        live.tell(first, 7, workflow_id=trial)
        assert [event["sequence"] for event in there.events(1)] == [9]
