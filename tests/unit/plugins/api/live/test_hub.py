"""Whoever watches has every event once and in order, however often they go and come back, and however slow they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dean_provider import __version__
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialPaused
from dean_provider.contract.live import Resume
from dean_provider.contract.service import ServiceName
from dean_provider.contract.workflow import Origin
from dean_provider.plugins.api.live.client import Client
from dean_provider.plugins.api.live.feed import Feed
from dean_provider.plugins.api.live.figures import Figures
from dean_provider.plugins.api.live.hub import Hub
from dean_provider.plugins.api.live.mailbox import Mailbox, Outgoing
from dean_provider.plugins.api.workers import Workers
from dean_provider.state import record
from dean_provider.state.signing import Keys
from dean_provider.web.instruments import Instruments


class Everybody:
    """A reader who may read everything."""

    def knows(self, _: Any) -> bool:
        return True

    follows = may = sees = audits = knows

    def learn(self, _: Any) -> None:
        """Nothing is asked."""


@dataclass
class World:
    """A record, a hub, and what a client has of it.

    :param had: sequences by execution, as the client received them.
    """

    feed: Feed
    hub: Hub
    write: Callable[[UUID, int], None]
    had: dict[str, list[int]] = field(default_factory=dict)
    since: str | None = None

    def positions(self) -> dict[str, int]:
        return {one: sequences[-1] for one, sequences in self.had.items()}

    async def take(self, text: str) -> None:
        message = json.loads(text)
        if message["type"] == "event":
            self.had.setdefault(message["workflow_id"], []).append(message["sequence"])
            self.since = max(self.since or "", message["timestamp"])

    async def watch(self, meanwhile: Callable[[], Awaitable[None]], mailbox: Mailbox | None = None) -> None:
        """Connect, come back to where it was, and stay while something happens."""
        client = Client(Everybody(), self.take, mailbox=mailbox)  # type: ignore[arg-type]
        async with self.hub.watching(client):
            resume = Resume.model_validate({"type": "resume", "positions": self.positions(), "since": self.since})
            backlog = self.feed.backlog(resume, None, client.reader)
            client.has(backlog.positions)
            for page in self.feed.replay(backlog):
                for event in page:
                    await client.say(Outgoing(event).text(audits=True))
            delivering = asyncio.create_task(client.deliver())
            await meanwhile()
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    async def caught_up(self, written: dict[str, int]) -> None:
        for _ in range(2000):
            if self.positions() == written:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{self.positions()} is not {written}")


@pytest.fixture
def make_world(tmp_path: Path, record_file: Callable[[Path], AbstractContextManager[Engine]]) -> Iterator[Callable[[], World]]:
    opened = ExitStack()

    def make() -> World:
        engine = opened.enter_context(record_file(tmp_path / f"{uuid4()}.db"))

        @contextmanager
        def sessions() -> Any:
            with Session(engine) as session, session.begin():
                yield session

        def write(workflow_id: UUID, count: int) -> None:
            facts = [ReportedFact.of(TrialPaused(generation=0), key=str(uuid4())) for _ in range(count)]
            actor, origin = Actor(kind=ActorKind.TASK, name="t"), Origin(dag_id="d", run_id=str(workflow_id))
            with sessions() as session:
                record.append(session, workflow_id, facts, actor=actor, origin=origin, keys=Keys())
            hub.wake()

        feed = Feed(sessions)
        hub = Hub(feed, Figures(Instruments(ServiceName.GATEWAY, __version__)), Workers(1, 16), lambda: 0.05)
        return World(feed, hub, write)

    with opened:
        yield make


IDS = [UUID(int=number) for number in range(1, 4)]
Steps = list[tuple[bool, list[tuple[int, int]]]]
"""Whether the client is there, and what is recorded meanwhile: how many events of which execution."""
STEPS = st.lists(st.tuples(st.booleans(), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=3)), min_size=1, max_size=6)


@settings(max_examples=settings.default.max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_coming_and_going_gives_every_event_once_and_in_order(make_world: Callable[[], World], steps: Steps) -> None:
    async def run() -> None:
        world, written = make_world(), {}
        world.since = datetime.now(timezone.utc).isoformat()

        def record_all(what: list[tuple[int, int]]) -> None:
            for index, count in what:
                first = 0 if str(IDS[index]) in written else 1
                world.write(IDS[index], count)
                written[str(IDS[index])] = written.get(str(IDS[index]), 0) + count + first

        async def meanwhile() -> None:
            record_all(what)
            await world.caught_up(written)

        for there, what in [*steps, (True, [])]:
            if there:
                await world.watch(meanwhile)
            else:
                record_all(what)
        assert world.had == {one: list(range(1, last + 1)) for one, last in written.items()}

    asyncio.run(run())


def test_events_recorded_before_anybody_watched_are_not_sent(make_world: Callable[[], World]) -> None:
    async def run() -> None:
        world = make_world()
        world.write(IDS[0], 3)

        async def meanwhile() -> None:
            world.write(IDS[0], 1)
            world.write(IDS[1], 1)
            await world.caught_up({str(IDS[0]): 5, str(IDS[1]): 2})

        await world.watch(meanwhile)
        assert world.had == {str(IDS[0]): [5], str(IDS[1]): [1, 2]}

    asyncio.run(run())


def test_what_comes_from_a_clock_that_is_behind_is_found_too(make_world: Callable[[], World], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.plugins.api.live.hub._SWEEP_SECONDS", 0)

    async def run() -> None:
        world = make_world()
        behind = datetime.now(timezone.utc) - timedelta(minutes=4)
        append = record.append
        monkeypatch.setattr(record, "append", lambda *args, **more: append(*args, **more, now=behind))

        async def meanwhile() -> None:
            world.write(IDS[0], 1)
            await world.caught_up({str(IDS[0]): 2})

        await world.watch(meanwhile)

    asyncio.run(run())


def test_a_client_that_takes_nothing_costs_the_others_nothing_and_learns_what_it_missed(make_world: Callable[[], World]) -> None:
    async def run() -> None:
        world, texts, free = make_world(), [], asyncio.Event()

        async def take_nothing(text: str) -> None:
            await free.wait()
            texts.append(json.loads(text))

        slow = Client(Everybody(), take_nothing, mailbox=Mailbox(most_events=5))  # type: ignore[arg-type]
        async with world.hub.watching(slow):
            delivering = asyncio.create_task(slow.deliver())

            async def meanwhile() -> None:
                for count in range(1, 11):
                    world.write(IDS[0], 1)
                    await world.caught_up({str(IDS[0]): count + 1})

            await world.watch(meanwhile)
            free.set()
            world.write(IDS[0], 1)
            for _ in range(2000):
                if texts and texts[-1].get("sequence") == 12:
                    break
                await asyncio.sleep(0.005)
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        kinds = [text["type"] for text in texts]
        missed = texts[kinds.index("missed")]
        reached = missed["positions"][str(IDS[0])]
        told = [text["sequence"] for text in texts if text["type"] == "event"]
        after = [text["sequence"] for text in texts[kinds.index("missed") + 1 :] if text["type"] == "event"]
        assert after == list(range(reached + 1, 13))
        assert told == sorted(set(told))

    asyncio.run(run())


def test_nobody_asks_the_database_while_nobody_watches(make_world: Callable[[], World], monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        world, looks = make_world(), []
        monkeypatch.setattr(Feed, "look", lambda *_: looks.append(1))
        monkeypatch.setattr(Feed, "baseline", lambda *_: looks.append(1))
        world.write(IDS[0], 1)
        world.hub.wake()
        await asyncio.sleep(0.15)
        assert looks == []

    asyncio.run(run())
