"""What each process does again and again: renew the lease, follow what the leader finds, tell its own figures; and ask, if it leads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from structlog import get_logger

from dean_provider.monitoring.aggregator import Aggregator
from dean_provider.monitoring.board import Board
from dean_provider.monitoring.leadership import Leadership
from dean_provider.monitoring.monitor import Monitor
from dean_provider.monitoring.tally import Tally
from dean_provider.monitoring.threads import Patient

__all__ = ["Watching"]

_SECONDS = 5.0
_FRESH_SECONDS = 1.0
_log = get_logger(__name__)


@dataclass
class Watching:
    """Everything of one process."""

    monitor: Monitor
    aggregator: Aggregator
    board: Board
    leadership: Leadership
    tally: Tally
    clock: Callable[[], float] = time.monotonic
    _threads: Patient = field(default_factory=Patient)
    _telling: Patient = field(default_factory=Patient)
    _due: float = 0.0
    _tell_at: float = 0.0
    _followed_at: float = -_FRESH_SECONDS
    _following: asyncio.Lock = field(default_factory=asyncio.Lock)
    _led: bool = False

    async def keep(self) -> None:
        """Renew the lease, or try to take it; tell this process's figures; follow what another finds. Nothing of it is raised."""
        try:
            await self._threads.run(self.leadership.renew, _SECONDS)
        except Exception as error:  # noqa: BLE001 - the next time is a new chance
            self.leadership.go_on_alone()
            _log.info("the lease of who watches cannot be renewed now", error=type(error).__name__)
        self._say()
        if self.clock() >= self._tell_at:
            self._tell_at = self.clock() + self.monitor.period_seconds
            await self._tell()
        await self.follow()
        self._give_way()

    async def ask(self) -> None:
        """A round of questions, if this process leads and the time has come."""
        now, leads = self.clock(), self.leadership.leads
        if not leads or now < self._due:
            return
        if not self._due:
            await self.follow()
        lag = now - self._due if self._due else 0.0
        period = self.monitor.period_seconds
        self._due = max(self._due + period, now + period / 4) if self._due else now + period
        reading = await self.aggregator.round(self.monitor.reading, lag)
        if not self.leadership.leads:
            return
        await self.board.publish(reading)
        await asyncio.to_thread(self.monitor.history.add, reading)
        for then in list(self.monitor.then):
            try:
                await then(self.monitor.history, reading.taken_at)
            except Exception:  # noqa: BLE001, PERF203 - whatever it is, the others go on
                _log.exception("what follows a round of questions failed", what=getattr(then, "__qualname__", repr(then)))

    async def follow(self) -> None:
        """Know what is known: at most once a second, and together for all who ask at the same time. Nothing is raised."""
        alone = self.leadership.alone_since is not None
        if self.leadership.leads and not alone and self.monitor.reading is not None:
            return
        async with self._following:
            if self.clock() - self._followed_at < _FRESH_SECONDS:
                return
            try:
                await self.board.follow(self.monitor.history)
            except Exception as error:  # noqa: BLE001 - what was known before stands, with its time
                _log.info("what others found cannot be read now", error=type(error).__name__)
            self._followed_at = self.clock()

    async def end(self) -> None:
        """Let another process take over at once."""
        try:
            await self._threads.run(self.leadership.release, _SECONDS)
        except Exception as error:  # noqa: BLE001 - the lease expires by itself
            _log.info("the lease of who watches could not be given up", error=type(error).__name__)

    async def _tell(self) -> None:
        try:
            await self._telling.run(lambda: self.tally.tell(self.monitor.now()), _SECONDS)
        except Exception as error:  # noqa: BLE001 - it is told the next time
            _log.info("figures of this process cannot be told now", error=type(error).__name__)

    def _give_way(self) -> None:
        """Whoever goes on alone may be the only one that cannot reach the database; another that asks is seen by what it finds."""
        alone, reading = self.leadership.alone_since, self.monitor.reading
        if alone is not None and reading is not None and reading.leader != self.aggregator.leader and reading.taken_at > alone:
            self.leadership.stand_down()
            self._say()

    def _say(self) -> None:
        leads = self.leadership.leads
        if leads is not self._led:
            self._led = leads
            self._due = 0.0
            _log.info("this process watches" if leads else "another process watches", leader=self.aggregator.leader)
