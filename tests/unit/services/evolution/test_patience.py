from __future__ import annotations

import threading

import pytest

from dean_provider.errors import ConnectionFailedError, NotFoundError, RateLimitedError
from dean_provider.services.evolution.evaluation.evaluator import Interrupted, OutOfTime
from dean_provider.services.evolution.patience import Patience


class Clock(threading.Event):
    """An interrupt whose waits pass at once and are noted."""

    def __init__(self, ends_after=None):
        super().__init__()
        self.now, self.waits, self.ends_after = 0.0, [], ends_after

    def wait(self, timeout=None):
        self.waits.append(timeout)
        self.now += timeout
        return self.ends_after is not None and len(self.waits) >= self.ends_after


class Flaky:
    def __init__(self, *errors):
        self.errors = list(errors)

    def __call__(self):
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def insist(clock, work, seconds=1000.0, notes=None, may_wait=lambda: True, **until):
    notes = [] if notes is None else notes
    return Patience(seconds, notes.append, lambda: clock.now, lambda: 1.0, may_wait).insist(work, clock, **until)


def away(times=100):
    return Flaky(*[ConnectionFailedError("away") for _ in range(times)])


def test_it_repeats_with_growing_pauses_and_says_so_once():
    clock, notes = Clock(), []
    assert insist(clock, away(9), notes=notes) == "done"
    assert clock.waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5])
    assert notes == ["Waiting: away", None]


def test_without_trouble_it_says_nothing():
    clock, notes = Clock(), []
    assert insist(clock, Flaky(), notes=notes) == "done"
    assert (clock.waits, notes) == ([], [])


def test_what_a_retry_cannot_help_is_raised_at_once():
    clock = Clock()
    with pytest.raises(NotFoundError):
        insist(clock, Flaky(NotFoundError("gone")))
    assert clock.waits == []


def test_patience_ends():
    clock = Clock()
    with pytest.raises(ConnectionFailedError):
        insist(clock, away(), seconds=10)
    assert 10 <= sum(clock.waits) <= 16


def test_it_waits_as_long_as_it_is_asked_to_within_reason():
    clock = Clock()
    insist(clock, Flaky(RateLimitedError("slow", retry_after=2), RateLimitedError("slow", retry_after=900)))
    assert clock.waits == [2, 5]


def test_an_interrupt_ends_it():
    clock = Clock(ends_after=3)
    with pytest.raises(Interrupted):
        insist(clock, away())
    assert len(clock.waits) == 3


def test_time_ends_it_to_the_point_whatever_patience_is_left():
    clock, notes = Clock(), []
    with pytest.raises(OutOfTime):
        insist(clock, away(), until=7, notes=notes)
    assert clock.now == pytest.approx(7)
    assert notes == ["Waiting: away", None]


def test_time_that_is_over_before_patience_is_no_failure():
    clock = Clock()
    with pytest.raises(OutOfTime):
        insist(clock, away(), seconds=0, until=0)


def test_what_may_not_wait_any_more_stops_waiting():
    clock, answers = Clock(), [True, True, False]
    with pytest.raises(Interrupted):
        insist(clock, away(), may_wait=lambda: answers.pop(0))
    assert len(clock.waits) == 2
