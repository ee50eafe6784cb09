"""News of trials for whoever waits on the event loop: no polling of the database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from dean_provider.errors import RateLimitedError

__all__ = ["Notices"]

_RETRY_SECONDS = 5.0


class Notices:
    """Wakes waiting calls when something about their trial was committed.

    :param limit: calls that may wait at once.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @property
    def waiting(self) -> int:
        """Calls that wait."""
        return sum(map(len, self._waiting.values()))

    def open(self) -> None:
        """Bind to the running loop."""
        self._loop = asyncio.get_running_loop()
        self.closed = False

    def publish(self, trial_id: str) -> None:
        """Say, from any thread, that a trial has news."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, trial_id)

    def close(self) -> None:
        """Send every waiting call home; safe in a signal handler."""
        self.closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake(self, trial_id: str) -> None:
        for event in self._waiting.get(trial_id, ()):
            event.set()

    def _wake_all(self) -> None:
        for trial_id in list(self._waiting):
            self._wake(trial_id)

    def require_room(self) -> None:
        """Nothing while another call may wait.

        :raises RateLimitedError: too many calls wait already.
        """
        if self.waiting >= self.limit:
            raise RateLimitedError(
                "Too many calls wait for news already.",
                details={"rule": f"at most {self.limit} at once"},
                suggestions=["Ask without wait_seconds, or a little later."],
                retry_after=_RETRY_SECONDS,
            )

    @contextmanager
    def subscribed(self, trial_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at every piece of news from now on; subscribe before reading, so that nothing is missed.

        :raises RateLimitedError: too many calls wait already.
        """
        self.require_room()
        event = asyncio.Event()
        self._waiting[trial_id].add(event)
        try:
            yield event
        finally:
            self._waiting[trial_id].discard(event)
            if not self._waiting[trial_id]:
                del self._waiting[trial_id]
