from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from dean_provider.errors import InvalidConfigurationError
from dean_provider.operators.namespace import SETTLE_SECONDS, VARIABLE, installation_namespace


class Store:
    """Variables of an Airflow; ``after`` runs once, right after the n-th write."""

    def __init__(self, value=None):
        self.values = {} if value is None else {VARIABLE: value}
        self.writes = 0

    def get(self, key):
        return self.values.get(key)

    def set(self, key, value):
        self.writes += 1
        self.values[key] = value


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0
        self.on_sleep = None

    def sleep(self, seconds):
        assert seconds <= SETTLE_SECONDS + 0.001
        self.now += seconds
        if self.on_sleep:
            action, self.on_sleep = self.on_sleep, None
            action()


def namespace(store, clock, configured=None):
    return installation_namespace(configured, store, now=lambda: clock.now, sleep=clock.sleep)


def test_the_configured_one_wins_and_nothing_is_read():
    chosen = uuid4()
    assert installation_namespace(chosen, None) == chosen


def test_made_once_and_kept():
    store, clock = Store(), Clock()
    first = namespace(store, clock)
    clock.now += 1e6
    assert namespace(store, clock) == first
    assert store.writes == 1
    assert first.version == 7


def test_a_settled_one_is_not_waited_for():
    store, clock = Store(), Clock()
    namespace(store, clock)
    clock.now += SETTLE_SECONDS
    before = clock.now
    namespace(store, clock)
    assert clock.now == before


def test_ones_own_choice_of_any_version_is_not_waited_for():
    chosen, clock = uuid4(), Clock()
    before = clock.now
    assert namespace(Store(str(chosen)), clock) == chosen
    assert clock.now == before


def test_two_first_users_agree_on_the_later_write():
    """The other found nothing too, and writes while we let ours settle."""
    store, clock = Store(), Clock()
    other = UUID(int=(int(clock.now * 1000) + 300) << 80 | 0x7 << 76 | 0b10 << 62)
    clock.on_sleep = lambda: store.set(VARIABLE, str(other))
    assert namespace(store, clock) == other
    assert namespace(store, clock) == other


def test_a_third_party_that_reads_between_the_two_writes_waits_too():
    store, clock = Store(), Clock()
    mine = UUID(int=int(clock.now * 1000) << 80 | 0x7 << 76 | 0b10 << 62 | 1)
    theirs = UUID(int=int(clock.now * 1000) << 80 | 0x7 << 76 | 0b10 << 62 | 2)
    store.set(VARIABLE, str(mine))
    clock.on_sleep = lambda: store.set(VARIABLE, str(theirs))
    assert namespace(store, clock) == theirs


def test_a_clock_that_runs_ahead_delays_but_does_not_block():
    store, clock = Store(), Clock()
    ahead = UUID(int=int((clock.now + 3600) * 1000) << 80 | 0x7 << 76 | 0b10 << 62)
    store.set(VARIABLE, str(ahead))
    assert namespace(store, clock) == ahead


def test_something_else_in_the_variable_is_said():
    with pytest.raises(InvalidConfigurationError, match="not a UUID"):
        namespace(Store("my-company"), Clock())


def test_one_that_keeps_changing_is_refused():
    clock = Clock()

    class Restless(Store):
        def get(self, key):
            return str(UUID(int=int(clock.now * 1000) << 80 | 0x7 << 76 | 0b10 << 62 | uuid4().int % 2**60))

    with pytest.raises(InvalidConfigurationError, match="does not keep its value"):
        namespace(Restless(), clock)
