"""The one place in a process that looks for new events and hands them to every open socket.

It looks when this process has recorded something, when another says so over Redis, and now and then by itself. While nobody watches it
does nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from uuid import UUID

from structlog import get_logger

from dean_provider.contract.live import LOOKBACK_SECONDS, MAX_POSITIONS, REMEMBERED_SECONDS
from dean_provider.plugins.api.live.client import Client
from dean_provider.plugins.api.live.feed import Feed, Known, News
from dean_provider.plugins.api.live.figures import Figures
from dean_provider.plugins.api.live.mailbox import Outgoing
from dean_provider.plugins.api.live.reader import UNKNOWN, Reader
from dean_provider.plugins.api.live.tickets import utc_now
from dean_provider.plugins.api.workers import Workers

__all__ = ["Hub"]

_log = get_logger(__name__)
_OVERLAP = timedelta(seconds=30)
"""How far a look goes back beyond the one before it; now and then one goes back as far as clocks may differ."""
_SWEEP_SECONDS = 15.0
_SPACING_SECONDS = 0.01
_PAUSE_SECONDS = 1.0
_READY_SECONDS = 10.0


class Hub:
    """Lives on one event loop.

    :param workers: a thread for the looks.
    :param between_looks: seconds until the next look when nobody says that there is anything.
    """

    def __init__(self, feed: Feed, figures: Figures, workers: Workers, between_looks: Callable[[], float]) -> None:
        self.feed = feed
        self._figures = figures
        self._workers = workers
        self._between_looks = between_looks
        self._clients: set[Client] = set()
        self._watching = 0
        self._known: dict[UUID, Known] = {}
        self._looked_at: datetime | None = None
        self._swept_at = 0.0
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def clients(self) -> Collection[Client]:
        """Everybody who watches."""
        return self._clients

    @asynccontextmanager
    async def watching(self, client: Client) -> AsyncIterator[Mapping[UUID, Known]]:
        """Offer ``client`` every event that is found from now on: all that come after what is known now, which is yielded.

        :raises asyncio.TimeoutError: the record cannot be read.
        """
        self._loop = asyncio.get_running_loop()
        self._watching += 1
        if self._task is None:
            self._task = asyncio.create_task(self._keep_looking(), name="dean-live-hub")
        try:
            await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
            self._clients.add(client)
            yield dict(self._known)
        finally:
            self._clients.discard(client)
            self._watching -= 1
            if not self._watching:
                await self.stop()

    async def stop(self) -> None:
        """Look no more until somebody watches again."""
        task, self._task = self._task, None
        self._ready.clear()
        self._known, self._looked_at = {}, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def wake(self) -> None:
        """There may be something new. From any thread."""
        loop = self._loop
        if loop is not None and self._task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    async def positions(self, reader: Reader, known: Mapping[UUID, Known]) -> dict[UUID, int]:
        """How far those of ``known`` have come that ``reader`` sees, the latest where there are too many."""
        await self._workers.run(partial(reader.learn, {one.owner.dag_id for one in known.values()}))
        seen = [(one.seen_at, workflow_id, one.sequence) for workflow_id, one in known.items() if reader.follows(one.owner)]
        latest = sorted(seen, key=lambda row: row[0], reverse=True)[:MAX_POSITIONS]
        return {workflow_id: sequence for _, workflow_id, sequence in latest}

    async def _keep_looking(self) -> None:
        failing = False
        while True:
            try:
                more = await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may succeed
                if not failing:
                    _log.warning("live updates wait: new events cannot be read", error=type(error).__name__, exc_info=True)
                failing = True
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            failing = False
            if not more:
                await self._rest()

    async def _rest(self) -> None:
        await asyncio.sleep(_SPACING_SECONDS)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._between_looks())

    async def _look(self) -> bool:
        """Find and hand out what is new; whether there is more."""
        self._wake.clear()
        start = utc_now()
        if self._looked_at is None:
            self._known = await self._workers.run(self.feed.baseline)
            self._looked_at = start
            self._ready.set()
            return False
        since = self._looked_at - self._reach()
        with self._figures.looks.time():
            news = await self._workers.run(lambda: self.feed.look(self._known, since))
        await self._hand_out(news)
        if not news.more:
            self._looked_at = start
            self._forget(start)
        return news.more

    def _reach(self) -> timedelta:
        if time.monotonic() - self._swept_at < _SWEEP_SECONDS:
            return _OVERLAP
        self._swept_at = time.monotonic()
        return timedelta(seconds=LOOKBACK_SECONDS)

    async def _hand_out(self, news: News) -> None:
        dag_ids = {event.dag_id for event in news.events}
        while ignorant := {client.reader for client in self._clients if not all(map(client.reader.knows, dag_ids))}:
            self._let_go(await self._workers.run(partial(_learn, ignorant, dag_ids)))
        by_reader: dict[Reader, list[Client]] = {}
        by_execution: dict[UUID, list[Client]] = {}
        for client in self._clients:
            if client.workflow_id is None:
                by_reader.setdefault(client.reader, []).append(client)
            else:
                by_execution.setdefault(client.workflow_id, []).append(client)
        for event in news.events:
            outgoing = Outgoing(event)
            concerned = [clients for reader, clients in by_reader.items() if reader.may(event)]
            concerned.append([client for client in by_execution.get(event.workflow_id, ()) if client.reader.may(event)])
            for client in chain.from_iterable(concerned):
                client.offer(outgoing)
            now = utc_now()
            self._known[event.workflow_id] = Known(event.sequence, news.owners[event.workflow_id], now)
            self._figures.events.inc()
            self._figures.delivery.observe(max(0.0, (now - event.timestamp).total_seconds()))

    def _let_go(self, readers: Collection[Reader]) -> None:
        """Close the sockets of those about whom nothing can be found out; nobody else waits for that."""
        for client in [one for one in self._clients if one.reader in readers]:
            client.close(UNKNOWN)
            self._clients.discard(client)

    def _forget(self, now: datetime) -> None:
        """What had no event for long is known again from its events alone when it has one."""
        oldest = now - timedelta(seconds=REMEMBERED_SECONDS + LOOKBACK_SECONDS)
        for workflow_id in [one for one, known in self._known.items() if known.seen_at < oldest]:
            del self._known[workflow_id]


def _learn(readers: Collection[Reader], dag_ids: Collection[str | None]) -> list[Reader]:
    """Ask what readers may read; those about whom asking fails."""
    failed = []
    for reader in readers:
        try:
            reader.learn(dag_ids)
        except Exception as error:  # noqa: BLE001, PERF203 - an auth manager may raise anything
            _log.warning("what a live socket's reader may read cannot be asked", error=type(error).__name__)
            failed.append(reader)
    return failed
