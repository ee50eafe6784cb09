"""Several processes on one database: one asks, all know, and another takes over."""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.monitoring.aggregator import Aggregator
from dean_provider.monitoring.airflow import database_source
from dean_provider.monitoring.board import Board
from dean_provider.monitoring.finding import Finding, Found, Source
from dean_provider.monitoring.history import History
from dean_provider.monitoring.leadership import Leadership
from dean_provider.monitoring.monitor import Monitor
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.tally import Tally, tally_source, together
from dean_provider.monitoring.text import exposition
from dean_provider.monitoring.watching import Watching
from tests.unit.monitoring.conftest import START


class Installation:
    """Processes that share a database and a time."""

    def __init__(self, engine) -> None:
        self.engine = engine
        self.away = False
        self.time = 0.0
        self.answers = threading.Event()
        self.answers.set()

    @property
    def now(self):
        return START + timedelta(seconds=self.time)

    @contextmanager
    def sessions(self):
        if self.away:
            raise OperationalError("select", {}, ConnectionError())
        self.answers.wait(20)
        with Session(self.engine) as session, session.begin():
            yield session

    def process(self, number: int, host: str = "elsewhere") -> Watching:
        registry = CollectorRegistry()
        holder = f"{host}/{number}/x"

        async def sources() -> list[Source]:
            async def ask() -> Found:
                return Found([Finding("one", "other", ServiceStatus.HEALTHY)])

            return [Source("one", [("one", "other")], ask, 1), tally_source(self.sessions, 1, lambda: self.now, 10.0)]

        made = Watching(
            Monitor(10.0, History(), now=lambda: self.now),
            Aggregator(sources, holder, 10.0, lambda: self.now),
            Board(self.sessions, lambda: self.now),
            Leadership(self.sessions, holder, lambda: self.now),
            Tally(registry, holder, self.sessions),
            clock=lambda: self.time,
        )
        made.registry = registry
        return made

    async def go(self, processes, seconds: float, step: float = 1.0) -> None:
        for _ in range(int(seconds / step)):
            self.time += step
            for process in processes:
                await process.keep()
                await process.ask()


@pytest.fixture
def installation(tmp_path, record_file):
    with record_file(tmp_path / "state.db") as engine:
        yield Installation(engine)


async def test_one_asks_and_all_know(installation) -> None:
    processes = [installation.process(number) for number in range(3)]
    await installation.go(processes, 35)
    assert [one.leadership.leads for one in processes] == [True, False, False]
    readings = [one.monitor.reading for one in processes]
    assert readings[0] == readings[1] == readings[2]
    assert readings[0].leader == "elsewhere/0/x"
    assert [len(one.monitor.history.select("dean_service_up")) for one in processes] == [1, 1, 1]
    (series,) = processes[2].monitor.history.select("dean_service_up")
    assert len(processes[2].monitor.history.points(series)) >= 3


async def test_another_takes_over_within_seconds_and_goes_on(installation) -> None:
    processes = [installation.process(number) for number in range(2)]
    await installation.go(processes, 12)
    died = installation.time
    while not processes[1].leadership.leads:
        await installation.go(processes[1:], 1)
        assert installation.time - died < 9
    await installation.go(processes[1:], 1)
    reading = processes[1].monitor.reading
    assert reading.leader == "elsewhere/1/x"
    rounds = {one.name: one.value for one in reading.samples}["dean_monitoring_rounds_total"]
    assert rounds >= 3


async def test_a_process_that_ends_well_is_followed_at_once(installation) -> None:
    processes = [installation.process(number) for number in range(2)]
    await installation.go(processes, 3)
    await processes[0].end()
    await installation.go(processes[1:], 1)
    assert processes[1].leadership.leads


async def test_without_its_database_the_last_leader_goes_on_and_the_others_say_since_when(installation) -> None:
    processes = [installation.process(number) for number in range(2)]
    await installation.go(processes, 12)
    before = processes[1].monitor.reading.taken_at
    installation.away = True
    await installation.go(processes, 40)
    assert processes[0].leadership.leads
    assert not processes[0].monitor.stale
    assert processes[1].monitor.stale
    (state,) = processes[1].monitor.services()
    assert (state.status, state.since) == (ServiceStatus.UNKNOWN, before)
    installation.away = False
    await installation.go(processes, 12)
    assert not processes[1].monitor.stale
    assert processes[1].monitor.reading == processes[0].monitor.reading


@pytest.fixture
def impatient(monkeypatch):
    """What hangs is given up soon."""
    for where in ("watching", "board"):
        monkeypatch.setattr(f"dean_provider.monitoring.{where}._SECONDS", 0.02)


async def test_while_its_database_hangs_the_last_leader_goes_on_and_says_that_it_is_down(installation, impatient) -> None:
    processes = [installation.process(number) for number in range(2)]

    async def sources() -> list[Source]:
        return [database_source(installation.sessions, 0.02)]

    for process in processes:
        process.aggregator.sources = sources
    await installation.go(processes, 12)
    installation.answers.clear()
    await installation.go(processes, 40)
    assert [one.leadership.leads for one in processes] == [True, False]
    (state,) = processes[0].monitor.services()
    assert (state.status, state.failures) == (ServiceStatus.UNHEALTHY, 4)
    assert processes[1].monitor.stale
    installation.answers.set()
    while processes[0].leadership.alone_since is not None or processes[1].monitor.stale:
        await installation.go(processes, 1)
    assert sum(one.leadership.leads for one in processes) == 1
    (state,) = processes[1].monitor.services()
    assert state.status is ServiceStatus.HEALTHY


async def test_who_alone_cannot_renew_its_lease_gives_way_to_who_has_it(installation, impatient) -> None:
    processes = [installation.process(number) for number in range(2)]
    await installation.go(processes, 12)
    stuck = threading.Event()

    @contextmanager
    def hang():
        stuck.wait(20)
        raise ConnectionError
        yield

    processes[0].leadership._sessions = hang
    await installation.go(processes, 30)
    assert [one.leadership.leads for one in processes] == [False, True]
    assert processes[0].monitor.reading.leader == processes[1].aggregator.leader
    stuck.set()


async def test_what_follows_a_round_is_the_leaders_and_failures_stop_nothing(installation) -> None:
    processes = [installation.process(number) for number in range(2)]
    called: list[tuple[int, float]] = []

    def then(number: int):
        async def act(history, now) -> None:
            called.append((number, (now - START).total_seconds()))

        return act

    async def broken(history, now) -> None:
        raise ZeroDivisionError

    for number, process in enumerate(processes):
        process.monitor.then += [broken, then(number)]
    with capture_logs() as logs:
        await installation.go(processes, 21)
    assert {number for number, _ in called} == {0}
    assert [time for _, time in called] == [1, 11, 21]
    assert sum(one["event"] == "what follows a round of questions failed" for one in logs) == 3


async def test_what_processes_count_is_added_up_for_good(installation) -> None:
    processes = [installation.process(number) for number in range(2)]
    counters = [Counter("dean_gateway_requests", "x", ["method", "route", "status"], registry=one.registry) for one in processes]
    clients = [Gauge("dean_gateway_live_clients", "x", registry=one.registry) for one in processes]
    for counter, gauge, count in zip(counters, clients, (3, 4), strict=True):
        counter.labels("GET", "a", "200").inc(count)
        gauge.set(count)
    await installation.go(processes, 13)

    def value(name: str) -> float:
        return next(one.value for one in processes[0].monitor.reading.samples if one.name == name)

    assert (value("dean_gateway_requests_total"), value("dean_gateway_live_clients"), value("dean_gateway_processes")) == (7, 7, 2)
    counters[0].labels("GET", "a", "200").inc(10)
    await installation.go(processes[:1], 50)
    assert (value("dean_gateway_requests_total"), value("dean_gateway_live_clients"), value("dean_gateway_processes")) == (17, 3, 1)


async def test_what_could_not_be_told_is_told_later(installation) -> None:
    process = installation.process(0)
    counter = Counter("dean_gateway_requests", "x", ["method", "route", "status"], registry=process.registry)
    installation.away = True
    counter.labels("GET", "a", "200").inc(5)
    with pytest.raises(OperationalError):
        process.tally.tell(installation.now)
    installation.away = False
    process.tally.tell(installation.now)
    process.tally.tell(installation.now)
    found = await tally_source(installation.sessions, 1, lambda: installation.now, 10.0).ask()
    assert {one.name: one.value for one in found.figures.samples}["dean_gateway_requests_total"] == 5


def test_a_machine_is_the_same_seen_from_all_its_processes() -> None:
    key = ("dean_host_cpu_ratio", (("host", "a"),))
    assert together([{key: 0.5}, {key: 0.7}]) == {key: 0.7}


async def test_the_text_is_what_a_scraper_reads(installation, reading) -> None:
    registry = CollectorRegistry()
    tally = Tally(registry, "a", installation.sessions)
    Histogram("dean_gateway_append_seconds", "x", buckets=(0.1, 1, 10), registry=registry).observe(0.5)
    samples = [
        *tally.samples(),
        Sample.of("dean_trial_diversity", 0.5, dag_id="mine", name='a "quoted"\nname', workflow_id="1"),
        Sample.of("dean_trial_diversity", 0.6, dag_id="others", name="b", workflow_id="2"),
        Sample.of("theirs_total", 4, "evolution", zone="x"),
    ]
    text = exposition(reading(0, *samples, counters=("theirs_total",)), {"mine"})
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert families["dean_gateway_append_seconds"].type == "histogram"
    bounds = [one.labels["le"] for one in families["dean_gateway_append_seconds"].samples if one.name.endswith("_bucket")]
    assert bounds == ["0.1", "1.0", "10.0", "+Inf"]
    assert [(one.labels["name"], one.value) for one in families["dean_trial_diversity"].samples] == [('a "quoted"\nname', 0.5)]
    assert families["theirs"].samples[0].labels == {"service": "evolution", "zone": "x"}
    assert families["dean_trial_diversity"].documentation == "Diversity of the last generation."
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert all(name == key for name, key in itertools.zip_longest(sorted(set(names)), sorted(names)))
