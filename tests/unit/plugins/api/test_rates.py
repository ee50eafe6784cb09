from __future__ import annotations

import pytest

from dean_provider.plugins.api.rates import Rates


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_gets_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    rates = Rates(2.0, 4.0, clock)
    assert [rates.wait("ann") for _ in range(4)] == [0.0] * 4
    assert rates.wait("ann") == pytest.approx(0.5)
    assert rates.wait("bob") == 0.0
    clock.now += 0.5
    assert rates.wait("ann") == 0.0
    assert rates.wait("ann") > 0


def test_a_pause_fills_the_bucket_and_no_more() -> None:
    clock = Clock()
    rates = Rates(2.0, 4.0, clock)
    clock.now += 1000
    assert sum(not rates.wait("ann") for _ in range(10)) == 4


def test_zero_means_any_number() -> None:
    rates = Rates(0, 0, Clock())
    assert not any(rates.wait("ann") for _ in range(100))


def test_callers_long_gone_are_forgotten() -> None:
    rates = Rates(1.0, 1.0, Clock())
    for number in range(10_050):
        rates.wait(str(number))
    assert len(rates._buckets) == 10_000
