"""Live updates put together, and added to the gateway's application."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from dean_provider.config import ProviderSettings
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.door import Door, Places
from dean_provider.plugins.api.live.feed import Feed
from dean_provider.plugins.api.live.figures import Figures
from dean_provider.plugins.api.live.hub import Hub
from dean_provider.plugins.api.live.sockets import Sockets
from dean_provider.plugins.api.live.tickets import Tickets
from dean_provider.plugins.api.live.watchman import Watchman
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.workers import Workers
from dean_provider.web.instruments import Instruments

__all__ = ["SOCKETS", "Live"]

SOCKETS: dict[str, tuple[str, Right]] = {
    "live_events": ("/ws/events", Right.READ_SOME),
    "live_trial": ("/ws/trials/{workflow_id}", Right.READ),
}
"""What can be watched, and by whom."""

_ROUND_SECONDS = 1.0
_MOST_HANDSHAKES = 2000


class Live:
    """One for an application."""

    def __init__(self, settings: ProviderSettings, sessions: Sessions, instruments: Instruments, trusted: Collection[str]) -> None:
        accounts, feed, figures = Accounts(), Feed(sessions), Figures(instruments)
        looking = Workers(1, 16, purpose="live updates")
        meeting = Workers(2, _MOST_HANDSHAKES, purpose="live sockets", retry_after=2.0)
        self._hub = Hub(feed, figures, looking, settings.live_poll_seconds)
        self._watchman = Watchman(lambda: self._hub.clients, sessions, accounts, meeting)
        door = Door(Tickets(sessions, accounts=accounts), feed, accounts, meeting, trusted)
        places = Places(settings.live_clients, settings.live_clients_per_user)
        self._sockets = Sockets(self._hub, door, places, figures, meeting)

    def add_to(self, app: FastAPI) -> None:
        """Serve the sockets."""
        app.add_api_websocket_route(SOCKETS["live_events"][0], self._sockets.events, name="live_events")
        app.add_api_websocket_route(SOCKETS["live_trial"][0], self._sockets.trial, name="live_trial")

    def job(self) -> Job:
        """Looks after the sockets."""
        return Job("live", self._watchman.round, _ROUND_SECONDS)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hand out what this process records as soon as it is committed."""
        from dean_provider.state import commits

        end = commits.tell(self._hub.wake)
        try:
            yield
        finally:
            end()
