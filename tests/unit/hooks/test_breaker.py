from __future__ import annotations

import asyncio
from typing import Any

import pytest
import time_machine

from dean_provider.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConflictError,
    ConnectionsExhaustedError,
    DeanError,
    ServiceFailureError,
)
from dean_provider.hooks.breaker import CircuitBreaker
from dean_provider.hooks.clock import Clock

DOWN = ServiceFailureError("down")


class Breaker:
    """A breaker under a clock that the test moves."""

    def __init__(self, traveller: Any, **kwargs: Any) -> None:
        self._traveller = traveller
        self._elapsed = 0.0
        clock = Clock(monotonic=lambda: self._elapsed)
        self.itself = CircuitBreaker("service", threshold=3, reset_seconds=30, clock=clock, **kwargs)

    def later(self, seconds: float) -> None:
        self._elapsed += seconds
        self._traveller.shift(seconds)

    def call(self, error: BaseException | None = None) -> None:
        self.itself.settle(self.itself.admit(), error)

    def refuses(self) -> bool:
        try:
            self.itself.settle(self.itself.admit(), asyncio.CancelledError())
        except CircuitOpenError:
            return True
        return False


@pytest.fixture
def breaker() -> Any:
    with time_machine.travel(1_800_000_000, tick=False) as traveller:
        yield Breaker(traveller)


def test_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    for error in (DOWN, DOWN, None, DOWN, DOWN):
        breaker.call(error)
    assert breaker.itself.state == "closed"
    breaker.call(DOWN)

    assert breaker.itself.state == "open"
    with pytest.raises(CircuitOpenError) as refused:
        breaker.call()
    assert refused.value.retry_after == 30
    breaker.later(10)
    with pytest.raises(CircuitOpenError) as refused:
        breaker.call()
    assert refused.value.retry_after == 20


def test_lets_one_call_through_and_closes_when_it_is_well(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.call(DOWN)
    breaker.later(31)

    admission = breaker.itself.admit()
    assert breaker.itself.state == "half-open"
    assert breaker.refuses()
    breaker.itself.settle(admission, None)

    assert breaker.itself.state == "closed"
    assert not breaker.refuses()


def test_opens_again_when_it_is_not(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.call(DOWN)
    breaker.later(31)
    breaker.call(DOWN)

    assert breaker.itself.state == "open"
    breaker.later(29)
    assert breaker.refuses()
    breaker.later(2)
    breaker.call()
    assert breaker.itself.state == "closed"


def test_a_probe_that_never_ends_does_not_hold_it_for_ever(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.call(DOWN)
    breaker.later(31)
    breaker.itself.admit()

    assert breaker.refuses()
    breaker.later(31)
    breaker.call()
    assert breaker.itself.state == "closed"


@pytest.mark.parametrize("error", [AuthenticationError("x"), ConflictError("x"), DeanError("x")])
def test_a_refusal_shows_that_the_service_lives(breaker: Breaker, error: DeanError) -> None:
    for each in (DOWN, DOWN, error, DOWN, DOWN):
        breaker.call(each)

    assert breaker.itself.state == "closed"


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt(), KeyError("x"), ConnectionsExhaustedError("none")])
def test_a_call_that_was_broken_off_says_nothing(breaker: Breaker, error: BaseException) -> None:
    for each in (DOWN, DOWN, error, DOWN):
        breaker.call(each)
    assert breaker.itself.state == "open"

    breaker.later(31)
    breaker.call(error)
    assert breaker.itself.state == "half-open"
    breaker.call()
    assert breaker.itself.state == "closed"


def test_goes_on_alone_while_the_shared_state_is_away(breaker: Breaker, caplog: pytest.LogCaptureFixture) -> None:
    class Away:
        failures = (OSError,)
        asked = 0

        def load(self, *_: Any) -> Any:
            self.asked += 1
            raise ConnectionRefusedError("no Redis")

        async def aload(self, *_: Any) -> Any:
            self.load()

    away = Away()
    alone = Breaker(breaker._traveller, shared=away)
    for _ in range(3):
        alone.call(DOWN)

    assert alone.refuses()
    assert (away.asked, alone.itself.shared) == (1, False)
    assert "Redis is away" in caplog.text
    alone.later(31)
    assert alone.itself.shared

    async def probe() -> None:
        await alone.itself.asettle(await alone.itself.aadmit(), None)

    asyncio.run(probe())
    assert away.asked == 2
    assert alone.itself.state == "closed"
