"""Where the leader puts readings and everybody finds them: the database, and Redis where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from structlog import get_logger

from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Reading
from dean_provider.monitoring.record import Sessions
from dean_provider.monitoring.redis import RedisShelf
from dean_provider.monitoring.threads import Patient
from dean_provider.state import readings
from dean_provider.state.record import system_workflow_id

__all__ = ["Board"]

_KIND, _NAME = "reading", "latest"
_SECONDS = 5.0
_log = get_logger(__name__)


class Board:
    """:param shelf: Redis, where one is configured.
    :param now: tells whether what Redis has is old, so that the database may know better.
    """

    def __init__(self, sessions: Sessions, now: Callable[[], datetime], shelf: RedisShelf | None = None) -> None:
        self._sessions = sessions
        self._now = now
        self._shelf = shelf
        self._installation: str | None = None
        self._filled = shelf is None
        self._writing, self._reading = Patient(), Patient()

    async def publish(self, reading: Reading) -> None:
        """Put a reading where the others find it. Without the database, and without Redis, this process keeps it for itself."""
        body = await asyncio.to_thread(reading.pack)

        def write() -> None:
            with self._sessions() as session:
                readings.keep(session, _KIND, _NAME, reading.taken_at, body)

        try:
            await self._writing.run(write, _SECONDS)
        except Exception as error:  # noqa: BLE001 - the next reading is a new chance
            _log.warning("a reading could not be put into the database", error=type(error).__name__)
        if self._shelf is not None and (installation := await self._of()) is not None:
            await self._shelf.put(installation, reading, body)

    async def follow(self, history: History) -> bool:
        """Take what is newer into ``history``; whether there was anything.

        :raises Exception: the database's, when that was asked and does not answer.
        """
        before = history.latest
        if not self._filled:
            await self._fill(history)
        found = await self._shelved()
        if found is None:
            known = history.latest
            found = await self._reading.run(lambda: self._stored(known.taken_at if known else None), _SECONDS)
        if found is not None:
            await asyncio.to_thread(history.add, found)
        return history.latest is not before

    async def _shelved(self) -> Reading | None:
        """What Redis has, unless it is so old that the database may know better."""
        if self._shelf is None or (installation := await self._of()) is None:
            return None
        found = await self._shelf.latest(installation)
        fresh = found is not None and self._now() - found.taken_at < timedelta(seconds=1.5 * found.period_seconds)
        return found if fresh else None

    async def _fill(self, history: History) -> None:
        """A process that has just started takes over what others have seen."""
        if self._shelf is None or (installation := await self._of()) is None:
            return
        bodies = await self._shelf.history(installation)
        found = []
        for body in bodies:
            with suppress(ValueError):
                found.append(await asyncio.to_thread(Reading.unpack, body))
        for reading in sorted(found, key=lambda one: one.taken_at):
            await asyncio.to_thread(history.add, reading)
        self._filled = True

    async def _of(self) -> str | None:
        """Which installation's readings: several may share one Redis. Asked for once."""
        if self._installation is None:

            def read() -> str:
                with self._sessions() as session:
                    return str(system_workflow_id(session))

            with suppress(Exception):
                self._installation = await self._reading.run(read, _SECONDS)
        return self._installation

    def _stored(self, after: datetime | None) -> Reading | None:
        with self._sessions() as session:
            body = readings.newest(session, _KIND, _NAME, after)
        if body is None:
            return None
        try:
            return Reading.unpack(body)
        except ValueError:  # another version's, while an installation is brought up to date process by process
            return None
