"""Prometheus instruments of one service, in a registry of its own so that two may live in one process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from dean_provider.contract.service import ServiceName

__all__ = ["Instruments"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Instruments:
    """Counts and times of requests, and whatever a service adds under its prefix ``dean_<service>_``."""

    def __init__(self, service: ServiceName, version: str) -> None:
        self.registry = CollectorRegistry()
        self.prefix = f"dean_{service.value}"
        self.requests = self.counter("requests", "Requests answered.", "method", "route", "status")
        self.seconds = Histogram(
            f"{self.prefix}_request_seconds", "Time to answer (seconds).", ["method", "route"], buckets=_BUCKETS, registry=self.registry
        )
        self.gauge("info", "Constant 1, labelled with the version.", "version").labels(version).set(1)

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """Add a counter."""
        return Counter(f"{self.prefix}_{name}", text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """Add a gauge."""
        return Gauge(f"{self.prefix}_{name}", text, labels, registry=self.registry)

    def text(self) -> str:
        """The exposition text of everything."""
        return generate_latest(self.registry).decode()
