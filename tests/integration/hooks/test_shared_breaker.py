"""Circuit breakers that share their state through a real Redis."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from dean_provider.errors import CircuitOpenError, ServiceFailureError
from dean_provider.hooks.breaker import CircuitBreaker
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.shared_state import SharedState
from tests.redis_server import Redis

pytestmark = pytest.mark.integration

DOWN = ServiceFailureError("down")


def breaker(redis_url: str, clock: Clock | None = None, *, seconds: float = 30) -> CircuitBreaker:
    """As another process would make it: nothing is shared but the address."""
    return CircuitBreaker("service", threshold=3, reset_seconds=seconds, shared=SharedState(redis_url), clock=clock)


def fail(breaker: CircuitBreaker) -> None:
    breaker.settle(breaker.admit(), DOWN)


async def afail(breaker: CircuitBreaker) -> None:
    await breaker.asettle(await breaker.aadmit(), DOWN)


def test_failures_of_several_processes_open_it_for_all(redis: Redis) -> None:
    one, two, three = (breaker(redis.socket_url) for _ in range(3))
    fail(one)
    asyncio.run(afail(two))
    fail(one)

    for each in (one, two, three):
        with pytest.raises(CircuitOpenError):
            each.admit()
        with pytest.raises(CircuitOpenError):
            asyncio.run(each.aadmit())


def test_a_success_anywhere_starts_the_count_anew(redis: Redis) -> None:
    one, two = breaker(redis.socket_url), breaker(redis.socket_url)
    fail(one)
    fail(one)
    two.settle(two.admit(), None)
    fail(one)
    fail(one)

    two.admit()


def test_one_process_finds_out_for_all(redis: Redis) -> None:
    """While one call is let through, the other processes go on refusing; its success lets everybody in."""
    one, two = breaker(redis.socket_url, seconds=0.2), breaker(redis.socket_url, seconds=0.2)
    for _ in range(3):
        fail(one)
    time.sleep(0.25)

    admission = two.admit()
    with pytest.raises(CircuitOpenError):
        one.admit()
    two.settle(admission, None)

    one.settle(one.admit(), None)
    asyncio.run(one.aadmit())


def test_an_asynchronous_probe_counts_the_same(redis: Redis) -> None:
    one, two = breaker(redis.socket_url, seconds=0.2), breaker(redis.socket_url, seconds=0.2)
    for _ in range(3):
        fail(one)
    time.sleep(0.25)

    async def probe() -> None:
        admission = await two.aadmit()
        with pytest.raises(CircuitOpenError):
            await one.aadmit()
        await two.asettle(admission, DOWN)

    asyncio.run(probe())
    with pytest.raises(CircuitOpenError):
        one.admit()


def test_other_numbers_are_another_circuit(redis: Redis) -> None:
    strict = breaker(redis.socket_url)
    lenient = CircuitBreaker("service", threshold=9, reset_seconds=30, shared=SharedState(redis.socket_url))
    for _ in range(3):
        fail(strict)

    lenient.admit()


def test_goes_on_in_this_process_when_redis_goes_away_and_returns_to_it(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    elapsed = 0.0
    mine = breaker(redis.socket_url, Clock(monotonic=lambda: elapsed))
    fail(mine)
    redis.stop()

    started = time.monotonic()
    for _ in range(3):
        fail(mine)
    with pytest.raises(CircuitOpenError):
        mine.admit()
    assert time.monotonic() - started < 3
    assert caplog.text.count("Redis is away") == 1
    assert not mine.shared

    elapsed = 31
    assert mine.shared


def test_nothing_listens_where_redis_should_be() -> None:
    """A port that refuses, and one that takes connections and never answers: neither holds a call up for long."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        for address in ("redis://127.0.0.1:1/0", f"redis://127.0.0.1:{silent.getsockname()[1]}/0"):
            started = time.monotonic()
            one = breaker(address)
            one.settle(one.admit(), None)
            other = breaker(address)
            asyncio.run(afail(other))
            assert time.monotonic() - started < 6
            assert (one.state, one.shared) == ("closed", False)


def test_without_the_package_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.exceptions", None)

    with pytest.raises(Exception, match="the package 'redis' is not installed"):
        SharedState("redis://localhost")
