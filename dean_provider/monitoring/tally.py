"""Figures of the API server's processes, together: what each counts is added up for good; what each sees now, they tell together.

A scrape meets one process of several, and must find the same whichever it meets. Each process adds what its counters grew by to totals in
the database, so that none is lost when a process ends, and leaves what it sees now under its own name.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from dean_provider.contract.events.trial import GenerationCompleted, TrialCancelled, TrialCompleted, TrialFailed
from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.finding import Found, Source
from dean_provider.monitoring.reading import LARGEST_BODY, Labels, Sample
from dean_provider.monitoring.record import Sessions, ours
from dean_provider.monitoring.threads import Patient
from dean_provider.state import readings

__all__ = ["Tally", "tally_source"]

TOTALS, PROCESS, NAME = "totals", "process", "gateway"
MOST_PROCESSES = 200
MOST_KEYS = 5000
_HOSTS = "dean_host_"
_COUNTED = ("_total", "_sum", "_count", "_bucket")
Key = tuple[str, Labels]
Values = Mapping[Key, float]


class Tally:
    """This process's own figures.

    :param holder: this process among all.
    :param more: what else it sees now.
    """

    def __init__(
        self, registry: CollectorRegistry, holder: str, sessions: Sessions, more: Callable[[], Iterable[Sample]] = lambda: ()
    ) -> None:
        self._registry = registry
        self._holder = holder
        self._sessions = sessions
        self._more = more
        self._told: dict[Key, float] = {}

    def samples(self) -> list[Sample]:
        """What this process counts and sees now."""
        found = [
            Sample(one.name, float(one.value), "gateway", tuple(sorted(one.labels.items())))
            for family in self._registry.collect()
            for one in family.samples
            if not one.name.endswith("_created")
        ]
        return [*found, *self._more()]

    def tell(self, now: datetime) -> None:
        """Add what counters grew by to the totals, and say what is seen now. Blocks.

        :raises Exception: the database's; what could not be told is told the next time.
        """
        samples = self.samples()
        counters = {(one.name, one.labels): one.value for one in samples if one.name.endswith(_COUNTED)}
        gauges = {(one.name, one.labels): one.value for one in samples if not one.name.endswith(_COUNTED)}
        grown = {key: value - self._told.get(key, 0.0) for key, value in counters.items() if value > self._told.get(key, 0.0)}
        with self._sessions() as session:
            if grown:
                readings.change(session, TOTALS, NAME, now, lambda body: _packed(_added(_unpacked(body), grown)))
            readings.keep(session, PROCESS, self._holder, now, _packed(gauges))
        self._told = counters


def tally_source(sessions: Sessions, seconds: float, now: Callable[[], datetime], period: float) -> Source:
    """Asks what all processes have told."""
    patient = Patient()

    def read() -> Found:
        instant = now()
        since = instant - timedelta(seconds=3 * period)
        with sessions() as session:
            totals = readings.newest(session, TOTALS, NAME)
            processes = readings.since(session, PROCESS, since, MOST_PROCESSES)
            readings.forget(session, PROCESS, instant - timedelta(seconds=30 * period))
        seen = together([_unpacked(body) for _, body in processes])
        samples = [_sample(key, value) for key, value in {**_unpacked(totals or b""), **seen}.items() if key[0] in CATALOGUE]
        return Found(figures=ours([*samples, *totalled(samples), Sample.of("dean_gateway_processes", len(processes))]))

    async def ask() -> Found:
        return await patient.run(read, seconds)

    return Source("processes", (), ask, seconds + 1)


def together(processes: Sequence[Values]) -> dict[Key, float]:
    """What several processes see: numbers of things add up, a machine they all see alike, and what is up is so for all."""
    found: dict[Key, float] = {}
    for process in processes:
        for key, value in process.items():
            found[key] = _joined(key[0], found[key], value) if key in found else value
    return found


def _joined(name: str, one: float, other: float) -> float:
    if name.startswith(_HOSTS) or name.endswith("_info"):
        return max(one, other)
    return min(one, other) if name.endswith("_up") else one + other


_ENDINGS = {
    TrialCompleted.event_type: "completed",
    TrialFailed.event_type: "failed",
    TrialCancelled.event_type: "cancelled",
}


def totalled(samples: Sequence[Sample]) -> list[Sample]:
    """What events add up to in the words of trials."""
    events = {one.label("event_type"): one.value for one in samples if one.name == "dean_gateway_events_total"}
    return [
        Sample.of("dean_generations_total", events.get(GenerationCompleted.event_type, 0.0)),
        *(Sample.of("dean_trials_ended_total", events.get(event, 0.0), status=status) for event, status in _ENDINGS.items()),
    ]


def _sample(key: Key, value: float) -> Sample:
    name, labels = key
    return Sample(name, value, "gateway" if name.startswith("dean_gateway_") else "", labels)


def _added(totals: dict[Key, float], grown: Values) -> dict[Key, float]:
    for key, value in grown.items():
        if key in totals or len(totals) < MOST_KEYS:
            totals[key] = totals.get(key, 0.0) + value
    return totals


def _packed(values: Values) -> bytes:
    return zlib.compress(json.dumps([[name, labels, value] for (name, labels), value in values.items()], separators=(",", ":")).encode(), 1)


def _unpacked(body: bytes) -> dict[Key, float]:
    """What was packed; nothing where that was another version's."""
    if not body:
        return {}
    try:
        rows: list[Any] = json.loads(zlib.decompressobj().decompress(body, LARGEST_BODY))
        return {(str(name), tuple((str(key), str(text)) for key, text in labels)): float(value) for name, labels, value in rows}
    except (ValueError, TypeError, zlib.error):
        return {}
