"""What waits to be sent to one client: bounded, so that a client that does not keep up costs others nothing and is told what it missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from uuid import UUID

from dean_provider.contract.live import LiveEvent

__all__ = ["MOST_CHARACTERS", "MOST_EVENTS", "Mailbox", "Outgoing"]

MOST_EVENTS = 1000
MOST_CHARACTERS = 4 * 2**20


class Outgoing:
    """An event as it goes over the wire: written once, however many it is sent to."""

    __slots__ = ("_event", "_texts", "dag_id", "sequence", "workflow_id")

    def __init__(self, event: LiveEvent) -> None:
        self._event = event
        self._texts: dict[bool, str] = {}
        self.workflow_id = event.workflow_id
        self.dag_id = event.dag_id
        self.sequence = event.sequence

    def text(self, *, audits: bool) -> str:
        """:param audits: whether network addresses are in it."""
        audits = audits or self._event.actor.address is None
        found = self._texts.get(audits)
        if found is None:
            event = self._event
            if not audits:
                event = event.model_copy(update={"actor": event.actor.model_copy(update={"address": None})})
            found = self._texts[audits] = event.model_dump_json()
        return found


class Mailbox:
    """One writer and one reader on one event loop. Texts are shared between mailboxes, so a full one holds little of its own."""

    def __init__(self, most_events: int = MOST_EVENTS, most_characters: int = MOST_CHARACTERS) -> None:
        self._most_events = most_events
        self._most_characters = most_characters
        self._waiting: deque[tuple[UUID | None, int, str]] = deque()
        self._characters = 0
        self._lost: dict[UUID, int] = {}
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, workflow_id: UUID, sequence: int, text: str) -> None:
        """Add an event. When there is no room everything that waits is lost, and so is this one."""
        self._waiting.append((workflow_id, sequence, text))
        self._characters += len(text)
        if len(self._waiting) > self._most_events or self._characters > self._most_characters:
            for lost_id, reached, _ in self._waiting:
                if lost_id is not None:
                    self._lost[lost_id] = reached
            self._empty()
        self._filled.set()

    def say(self, text: str) -> None:
        """Add something that is no event."""
        self._waiting.append((None, 0, text))
        self._filled.set()

    async def take(self) -> tuple[Mapping[UUID, int], list[tuple[UUID | None, int, str]]]:
        """What was lost, by execution up to which sequence, and what comes after that; waits until there is either."""
        await self._filled.wait()
        self._filled.clear()
        lost, self._lost = self._lost, {}
        waiting = list(self._waiting)
        self._empty()
        return lost, waiting

    def _empty(self) -> None:
        self._waiting.clear()
        self._characters = 0
