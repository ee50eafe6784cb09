"""One open socket: who reads it, what it is about, what waits to be sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from uuid import UUID

from dean_provider.contract.live import Closing, Heartbeat, Missed
from dean_provider.plugins.api.live.mailbox import Mailbox, Outgoing
from dean_provider.plugins.api.live.reader import Reader

__all__ = ["Client"]

Send = Callable[[str], Awaitable[None]]


class Client:
    """Belongs to one event loop.

    :param workflow_id: the execution it is about, of ``dag_id``; None for all that its reader may read.
    :param send: sends a text; waits while the other side does not take it.
    """

    def __init__(
        self,
        reader: Reader,
        send: Send,
        workflow_id: UUID | None = None,
        dag_id: str | None = None,
        *,
        mailbox: Mailbox | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reader = reader
        self.workflow_id = workflow_id
        self.dag_id = dag_id
        self.closing: Closing | None = None
        self.missed = 0
        self._send = send
        self._mailbox = Mailbox() if mailbox is None else mailbox
        self._clock = clock
        self._floor: dict[UUID, int] = {}
        self._sent_at = clock()
        self._sending_since: float | None = None
        self._ended = asyncio.Event()

    def has(self, positions: Mapping[UUID, int]) -> None:
        """The client has, or is sent otherwise, what these executions have up to these sequences."""
        self._floor.update(positions)

    def offer(self, event: Outgoing) -> None:
        """Let an event wait to be sent, unless the client has it."""
        if event.sequence > self._floor.get(event.workflow_id, 0):
            self._mailbox.put(event.workflow_id, event.sequence, event.text(audits=self.reader.audits(event.dag_id)))

    def beat(self, seconds: float) -> None:
        """Say that the socket is alive when nothing was sent for ``seconds``."""
        if self._sending_since is None and self._clock() - self._sent_at >= seconds:
            self._sent_at = self._clock()
            self._mailbox.say(Heartbeat(timestamp=_now()).model_dump_json())

    def stalled(self, seconds: float) -> bool:
        """Whether the other side has taken nothing for ``seconds``."""
        return self._sending_since is not None and self._clock() - self._sending_since >= seconds

    def close(self, closing: Closing) -> None:
        """Have the socket closed; the first reason counts."""
        if self.closing is None:
            self.closing = closing
            self._ended.set()

    async def closed(self) -> None:
        """Wait until it is to be closed."""
        await self._ended.wait()

    async def say(self, text: str) -> None:
        """Send a text now."""
        self._sending_since = self._clock()
        try:
            await self._send(text)
        finally:
            self._sending_since = None
        self._sent_at = self._clock()

    async def deliver(self) -> None:
        """Send what waits, and what comes, for ever."""
        while True:
            lost, waiting = await self._mailbox.take()
            lost = {one: last for one, last in lost.items() if self._is_new(one, last)}
            if lost:
                self.missed += 1
                await self.say(Missed(timestamp=_now(), positions={str(one): last for one, last in lost.items()}).model_dump_json())
            for workflow_id, sequence, text in waiting:
                if workflow_id is None or self._is_new(workflow_id, sequence):
                    await self.say(text)

    def _is_new(self, workflow_id: UUID, sequence: int) -> bool:
        """Whether the client does not have an event; those of one execution come in order, so one that it lacks is followed by such."""
        if not self._floor:
            return True
        if sequence <= self._floor.get(workflow_id, 0):
            return False
        self._floor.pop(workflow_id, None)
        return True


def _now() -> datetime:
    return datetime.now(timezone.utc)
