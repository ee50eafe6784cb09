"""Figures about live updates, among the gateway's own."""

from __future__ import annotations

from prometheus_client import Histogram

from dean_provider.web.instruments import Instruments

__all__ = ["Figures"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Figures:
    """Labels have few values, all of them ours."""

    def __init__(self, instruments: Instruments) -> None:
        prefix = f"{instruments.prefix}_live"
        self.clients = instruments.gauge("live_clients", "Open live sockets of this process, by what they are about.", "about")
        self.opened = instruments.counter("live_opened", "Live sockets opened.")
        self.refused = instruments.counter("live_refused", "Live sockets that were not opened, by the problem's code.", "error_code")
        self.closed = instruments.counter("live_closed", "Live sockets closed by the server, by why.", "code")
        self.events = instruments.counter("live_events", "Events handed to live sockets; each once, however many watch.")
        self.missed = instruments.counter("live_missed", "Times that a client was too slow and was told what it missed.")
        self.redis = instruments.gauge("live_redis_up", "Whether wake-ups arrive over Redis; 0 without Redis, or while it is away.")
        self.delivery = Histogram(
            f"{prefix}_delivery_seconds",
            "From the recording of an event until it was handed to the sockets (seconds).",
            buckets=_BUCKETS,
            registry=instruments.registry,
        )
        self.looks = Histogram(
            f"{prefix}_look_seconds", "Time to look for new events (seconds).", buckets=_BUCKETS, registry=instruments.registry
        )
