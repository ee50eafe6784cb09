"""Live updates put together, and added to the gateway's application."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from fastapi import FastAPI
from structlog import get_logger

from dean_provider.config import ProviderSettings
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.door import Door, Places
from dean_provider.plugins.api.live.feed import Feed
from dean_provider.plugins.api.live.figures import Figures
from dean_provider.plugins.api.live.hub import Hub
from dean_provider.plugins.api.live.signals import Signals
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

_log = get_logger(__name__)
_ROUND_SECONDS = 1.0
_SLOW_SECONDS = 5.0
_MOST_HANDSHAKES = 2000


class Live:
    """One for an application."""

    def __init__(self, settings: ProviderSettings, sessions: Sessions, instruments: Instruments, trusted: Collection[str]) -> None:
        accounts, feed, figures = Accounts(), Feed(sessions), Figures(instruments)
        looking = Workers(1, 16, purpose="live updates")
        meeting = Workers(2, _MOST_HANDSHAKES, purpose="live sockets", retry_after=2.0)
        self._poll_seconds = settings.live_poll_seconds
        self._hub = Hub(feed, figures, looking, self._between_looks)
        self._signals = self._make_signals(settings, figures)
        self._watchman = Watchman(lambda: self._hub.clients, sessions, accounts, meeting)
        door = Door(Tickets(sessions, accounts=accounts), feed, accounts, meeting, trusted)
        places = Places(settings.live_clients, settings.live_clients_per_user)
        self._sockets = Sockets(self._hub, door, places, figures, meeting)

    def add_to(self, app: FastAPI) -> None:
        """Serve the sockets."""
        app.add_api_websocket_route(SOCKETS["live_events"][0], self._sockets.events, name="live_events")
        app.add_api_websocket_route(SOCKETS["live_trial"][0], self._sockets.trial, name="live_trial")

    def jobs(self) -> list[Job]:
        """What goes on behind the sockets."""
        signals = self._signals
        wakeups = [Job("live-say", signals.publish, _ROUND_SECONDS), Job("live-hear", signals.listen, _ROUND_SECONDS)] if signals else []
        return [Job("live", self._watchman.round, _ROUND_SECONDS), *wakeups]

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hand out what this process records as soon as it is committed."""
        from dean_provider.state import commits

        def recorded() -> None:
            self._hub.wake()
            if self._signals is not None:
                self._signals.say()

        end = commits.tell(recorded)
        try:
            yield
        finally:
            end()

    def _between_looks(self) -> float:
        """Where others say that they recorded something, looking is a safety net."""
        heard = self._signals is not None and self._signals.up
        return max(_SLOW_SECONDS, self._poll_seconds) if heard else self._poll_seconds

    def _make_signals(self, settings: ProviderSettings, figures: Figures) -> Signals | None:
        if settings.redis_url is None:
            return None
        if find_spec("redis") is None:
            _log.warning("the package redis is not installed; new events are looked for: pip install 'dean-provider[redis]'")
            return None
        return Signals(settings.redis_url.get_secret_value(), self._hub.wake, figures)
