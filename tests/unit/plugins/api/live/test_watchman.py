"""Sockets are looked after: alive, in a session that holds, read by somebody who may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from dean_provider.contract.live import Closing
from dean_provider.plugins.api.live.client import Client
from dean_provider.plugins.api.live.door import Places
from dean_provider.plugins.api.live.reader import RIGHTS_GONE
from dean_provider.plugins.api.live.watchman import HEARTBEAT_SECONDS, RECHECK_SECONDS, Watchman
from dean_provider.plugins.api.workers import Workers

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Reader:
    """Somebody in a session of an hour.

    :param verdict: what asking about them anew comes to; raised when it is an error.
    """

    def __init__(self, token_id: str | None = "t") -> None:
        self.subject = SimpleNamespace(session=SimpleNamespace(token_id=token_id, ends_at=START + timedelta(hours=1)))
        self.asked = 0
        self.verdict: Closing | Exception | None = None
        self.visible = True

    def ended(self, now: datetime) -> bool:
        return self.subject.session.ends_at <= now

    def recheck(self) -> Closing | None:
        self.asked += 1
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict

    def sees(self, _: str | None) -> bool:
        return self.visible

    def audits(self, _: str | None) -> bool:
        return True


@dataclass
class Watch:
    """Time goes by as a test says."""

    elapsed: float = 0.0
    revoked: set[str] = field(default_factory=set)
    clients: list[Client] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        accounts: Any = SimpleNamespace(revoked=lambda _, token_ids: self.revoked & set(token_ids))
        self.watchman = Watchman(
            lambda: self.clients,
            lambda: nullcontext(None),  # type: ignore[arg-type,return-value]
            accounts,
            Workers(1, 10),
            clock=lambda: self.elapsed,
            now=lambda: START + timedelta(seconds=self.elapsed),
        )

    def client(self, reader: Any, send: Callable[[str], Any] | None = None, **more: Any) -> Client:
        async def keep(text: str) -> None:
            self.sent.append(text)

        made = Client(reader, send or keep, clock=lambda: self.elapsed, **more)
        self.clients.append(made)
        return made

    async def after(self, seconds: float) -> None:
        self.elapsed += seconds
        await self.watchman.round()


def why(client: Client) -> str | None:
    return client.closing.code if client.closing else None


def test_a_quiet_socket_beats_and_a_busy_one_does_not() -> None:
    async def run() -> None:
        watch = Watch()
        client = watch.client(Reader())
        delivering = asyncio.create_task(client.deliver())
        await watch.after(HEARTBEAT_SECONDS - 1)
        await client.say("something")
        await watch.after(2)
        await asyncio.sleep(0)
        assert watch.sent == ["something"]
        await watch.after(HEARTBEAT_SECONDS)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        delivering.cancel()
        assert '"heartbeat"' in watch.sent[1]

    asyncio.run(run())


def test_who_takes_nothing_for_half_a_minute_is_let_go() -> None:
    async def run() -> None:
        watch = Watch()
        client = watch.client(Reader(), lambda _: asyncio.Event().wait())
        saying = asyncio.create_task(client.say("something"))
        await asyncio.sleep(0)
        await watch.after(29)
        assert why(client) is None
        await watch.after(2)
        assert why(client) == "too_slow"
        saying.cancel()

    asyncio.run(run())


def test_a_session_ends_when_it_is_over_and_when_it_is_revoked() -> None:
    async def run() -> None:
        watch = Watch()
        over, revoked = watch.client(Reader("a")), watch.client(Reader("b"))
        watch.revoked.add("b")
        await watch.after(6)
        assert (why(over), why(revoked)) == (None, "session_ended")
        await watch.after(3600)
        assert why(over) == "session_ended"

    asyncio.run(run())


def test_everybody_is_asked_about_once_a_minute() -> None:
    async def run() -> None:
        watch, reader = Watch(), Reader()
        everything, one = watch.client(reader), watch.client(reader, dag_id="d")
        await watch.after(1)
        await watch.after(RECHECK_SECONDS - 1)
        assert reader.asked == 0
        await watch.after(2)
        assert (reader.asked, why(everything), why(one)) == (1, None, None)
        reader.visible = False
        await watch.after(RECHECK_SECONDS)
        assert (why(everything), why(one)) == (None, "rights_gone")
        reader.verdict = RIGHTS_GONE
        await watch.after(RECHECK_SECONDS)
        assert why(everything) == "rights_gone"

    asyncio.run(run())


def test_who_cannot_be_asked_about_is_sent_nothing_after_five_minutes() -> None:
    async def run() -> None:
        watch, reader = Watch(), Reader()
        client = watch.client(reader)
        await watch.after(1)
        reader.verdict = RuntimeError("the auth manager is away")
        await watch.after(RECHECK_SECONDS)
        assert why(client) is None
        await watch.after(300)
        assert why(client) == "unavailable"

    asyncio.run(run())


def test_places_are_given_back() -> None:
    places = Places(2, 1)
    with places.take("ann") as mine:
        assert mine == ""
        with places.take("ann") as again, places.take("bob") as other, places.take("eve") as third:
            assert ("ann has 1" in again, other, "This API server has 2" in third) == (True, "", True)
    with pytest.raises(ValueError, match="x"), places.take("ann"):
        raise ValueError("x")
    with places.take("ann") as mine:
        assert mine == ""
