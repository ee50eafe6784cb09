"""One round: nothing that goes wrong with one source touches the others, and what was known before goes on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from dean_provider.contract.monitoring import BudgetBurn, MetricType, ServiceStatus
from dean_provider.monitoring.aggregator import MOST_SAMPLES, Aggregator
from dean_provider.monitoring.finding import Figures, Finding, Found, Source
from dean_provider.monitoring.reading import Family, Reading, Sample
from tests.unit.monitoring.conftest import START


class World:
    """Sources that do what a test says, and a time that stands still unless told."""

    def __init__(self) -> None:
        self.now = START
        self.sources: list[Source] = []
        self.reading: Reading | None = None
        self.aggregator = self.make("host/1")

    def make(self, leader: str) -> Aggregator:
        async def sources() -> list[Source]:
            return self.sources

        return Aggregator(sources, leader, 10.0, lambda: self.now)

    def source(self, name: str, *found: Found | Exception | str, seconds: float = 0.05) -> None:
        answers = list(found)

        async def ask() -> Found:
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if answer == "hang":
                await asyncio.Event().wait()
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.sources.append(Source(name, [(name, "other")], ask, seconds))

    async def round(self, aggregator: Aggregator | None = None, seconds: float = 10) -> Reading:
        self.now += timedelta(seconds=seconds)
        self.reading = await (aggregator or self.aggregator).round(self.reading)
        return self.reading

    def value(self, name: str, service: str = "") -> float | None:
        return next((one.value for one in self.reading.samples if (one.name, one.service) == (name, service)), None)


@pytest.fixture
def world() -> World:
    return World()


def well(name: str, status: ServiceStatus = ServiceStatus.HEALTHY, **more) -> Found:
    return Found([Finding(name, "other", status, **more)])


async def test_what_hangs_or_fails_touches_no_other(world) -> None:
    world.source("good", well("good", latency_seconds=0.1))
    world.source("hangs", "hang")
    world.source("breaks", ZeroDivisionError())
    reading = await world.round()
    states = {one.name: one for one in reading.services}
    assert [states[name].status.value for name in ("good", "hangs", "breaks")] == ["healthy", "unhealthy", "unhealthy"]
    assert states["hangs"].message == "no answer in time"
    assert (world.value("dean_service_up", "good"), world.value("dean_service_up", "hangs")) == (1, 0)


async def test_since_when_and_how_often(world) -> None:
    bad = well("one", ServiceStatus.UNHEALTHY, answered=False, message="away")
    world.source("one", well("one"), bad, bad, well("one"))
    for _ in range(3):
        await world.round()
    (state,) = world.reading.services
    assert (state.since, state.failures, state.message) == (START + timedelta(seconds=20), 2, "away")
    assert (state.answered_at, state.checked_at) == (START + timedelta(seconds=10), START + timedelta(seconds=30))
    assert world.value("dean_service_check_failures_total", "one") == 2
    await world.round()
    (state,) = world.reading.services
    assert (state.since, state.failures) == (START + timedelta(seconds=40), 0)
    assert world.value("dean_service_checks_total", "one") == 4


async def test_another_leader_goes_on_where_the_first_was(world) -> None:
    world.source("one", well("one"))
    await world.round()
    await world.round(world.make("host/2"))
    (state,) = world.reading.services
    assert (state.since, world.reading.leader) == (START + timedelta(seconds=10), "host/2")
    assert world.value("dean_service_checks_total", "one") == 2
    assert world.value("dean_monitoring_rounds_total") == 2


async def test_when_nobody_has_asked_for_long_nobody_knows_since_when(world) -> None:
    world.source("one", well("one"))
    await world.round()
    await world.round(seconds=3600)
    (state,) = world.reading.services
    assert state.since == world.now
    assert world.value("dean_service_checks_total", "one") == 2


async def test_one_that_was_not_asked_was_not_checked(world) -> None:
    world.source("one", well("one"), well("one", ServiceStatus.UNHEALTHY, answered=False, asked=False, breaker="open"))
    await world.round()
    await world.round()
    (state,) = world.reading.services
    assert state.checked_at == START + timedelta(seconds=10)
    assert world.value("dean_service_checks_total", "one") == 1
    assert world.value("dean_breaker_state", "one") == 2


async def test_requests_and_errors_have_one_name_for_all(world) -> None:
    samples = [
        Sample.of("dean_evolution_requests_total", 90, "evolution", status="200", route="a"),
        Sample.of("dean_evolution_requests_total", 5, "evolution", status="503", route="a"),
        Sample.of("dean_evolution_requests_total", 5, "evolution", status="500", route="b"),
    ]
    families = {"dean_evolution_requests_total": Family(MetricType.COUNTER)}
    world.source("evolution", Found([Finding("evolution", "evolution", ServiceStatus.HEALTHY)], Figures(tuple(samples), families)))
    await world.round()
    assert (world.value("dean_service_requests_total", "evolution"), world.value("dean_service_errors_total", "evolution")) == (100, 10)


async def test_services_share_what_room_there_is(world) -> None:
    for name in ("a", "b"):
        samples = tuple(Sample.of("many", 1, name, n=str(number)) for number in range(MOST_SAMPLES))
        world.source(name, Found([Finding(name, "other", ServiceStatus.HEALTHY)], Figures(samples, {"many": Family(MetricType.GAUGE)})))
    reading = await world.round()
    told = [one.service for one in reading.samples if one.name == "many"]
    assert told.count("a") == told.count("b") > MOST_SAMPLES / 3
    assert len(told) <= MOST_SAMPLES
    assert world.value("dean_monitoring_dropped_total", "a") == MOST_SAMPLES - told.count("a")


async def test_tokens_that_are_not_told_now_stand_with_their_time(world) -> None:
    burn = BudgetBurn(total=10, allocated=1, consumed=1, available=9, checked_at=START)
    world.source("evolution", Found([], budget=burn), ConnectionError())
    await world.round()
    assert (await world.round()).budget == burn


async def test_when_it_cannot_be_found_out_what_to_ask_the_same_is_asked_again(world) -> None:
    world.source("one", well("one"))
    await world.round()
    known, world.sources = world.sources, None

    async def broken() -> list[Source]:
        raise ConnectionError

    world.aggregator.sources = broken
    reading = await world.round()
    assert [state.name for state in reading.services] == [known[0].name]
    assert isinstance(reading.taken_at, datetime)
