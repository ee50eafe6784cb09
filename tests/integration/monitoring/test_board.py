"""Readings through a real Redis: they survive restarts, and without it they go through the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dean_provider.contract.monitoring import MetricType, ServiceStatus
from dean_provider.monitoring.board import Board
from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Family, Reading, Sample
from dean_provider.monitoring.redis import RedisShelf, redis_source
from dean_provider.state.tables import Base
from tests.redis_server import Redis

pytestmark = pytest.mark.integration
START = datetime.now(timezone.utc) - timedelta(hours=2)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Callable[[], Any]]:
    engine = create_engine(f"sqlite:///{tmp_path}/state.db", connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)

    @contextmanager
    def opened() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    yield opened
    engine.dispose()


def reading(seconds: float) -> Reading:
    samples, families = (Sample("up", seconds),), {"up": Family(MetricType.GAUGE)}
    return Reading(START + timedelta(seconds=seconds), "host/1", 10.0, samples=samples, families=families)


def board(sessions: Any, redis: Redis, seconds: Callable[[], float] = lambda: 0.0, clock: Callable[[], float] = lambda: 0.0) -> Board:
    return Board(sessions, lambda: START + timedelta(seconds=seconds()), RedisShelf(redis.socket_url, 21_600, clock))


async def test_a_process_that_starts_knows_what_others_have_seen(sessions, redis) -> None:
    leader = board(sessions, redis)
    for seconds in range(0, 3600, 10):
        await leader.publish(reading(float(seconds)))
    history = History()
    await board(sessions, redis, lambda: 3600).follow(history)
    (series,) = history.select("up")
    points = [time - START.timestamp() for time, _ in history.points(series)]
    assert points[0] <= 60
    assert points[-1] == 3590
    assert len(points) > 180
    assert history.latest == reading(3590)


async def test_two_installations_share_a_redis_and_nothing_in_it(sessions, redis, tmp_path) -> None:
    await board(sessions, redis).publish(reading(1))
    engine = create_engine(f"sqlite:///{tmp_path}/other.db", connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)

    @contextmanager
    def others() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    history = History()
    assert not await board(others, redis).follow(history)
    assert history.latest is None
    engine.dispose()


async def test_without_redis_readings_come_through_the_database_and_with_it_again_from_there(sessions, redis) -> None:
    now = {"clock": 0.0, "seconds": 0.0}
    leader, follower = (board(sessions, redis, lambda: now["seconds"], lambda: now["clock"]) for _ in range(2))
    history = History()
    await leader.publish(reading(0))
    assert await follower.follow(history)
    redis.stop()
    now.update(seconds=10.0)
    await leader.publish(reading(10))
    assert await follower.follow(history)
    assert history.latest.samples[0].value == 10
    redis.start()
    now.update(seconds=20.0, clock=60.0)
    await leader.publish(reading(20))
    with pytest.importorskip("redis").Redis.from_url(redis.url) as client:
        assert client.exists(*client.keys("dean:*:latest"))
    assert await follower.follow(history)
    assert history.latest.samples[0].value == 20


async def test_how_redis_is(redis) -> None:
    source = redis_source(RedisShelf(redis.socket_url, 3600), 2.0)
    found = await source.ask()
    assert found.findings[0].status is ServiceStatus.HEALTHY
    assert {sample.name for sample in found.figures.samples} >= {"dean_redis_memory_bytes"}
    redis.stop()
    (finding,) = (await source.ask()).findings
    assert (finding.status, finding.answered) == (ServiceStatus.UNHEALTHY, False)
    assert "sock" not in finding.message
