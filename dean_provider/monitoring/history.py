"""Readings of late as figures over time, bounded, in this process. Read and written by several threads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.reading import Family, Labels, Reading
from dean_provider.monitoring.track import Track

__all__ = ["History", "Series"]

_UNKNOWN = Family(MetricType.GAUGE)
_UNLISTED_SECONDS, _UNLISTED_FINE_SECONDS, _MOST_UNLISTED = 3600.0, 600.0, 6000


@dataclass(frozen=True)
class Series:
    """One metric with one set of labels of one service."""

    name: str
    service: str
    labels: Labels
    family: Family
    track: Track

    def label(self, name: str) -> str | None:
        """The label's value, if there is such a label."""
        return next((value for key, value in self.labels if key == name), None)


class History:
    """What was found, and when.

    :param seconds: how far back figures reach; every point for a part of it, one a minute before.
    :param most: series at most; those that were not seen for longest go first.
    :param fine_seconds: how far back every point is kept.
    """

    def __init__(self, seconds: float = 21_600.0, *, most: int = 4000, fine_seconds: float = 1800.0) -> None:
        self._seconds = seconds
        self._most = most
        self._fine_seconds = min(fine_seconds, seconds)
        self._series: dict[tuple[str, str, Labels], Series] = {}
        self._names: dict[str, dict[tuple[str, str, Labels], Series]] = {}
        self._latest: Reading | None = None
        self._unlisted: History | None = None
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._series)

    @property
    def latest(self) -> Reading | None:
        """The newest reading."""
        return self._latest

    def add(self, reading: Reading) -> bool:
        """Take a reading in; whether it was newer than the newest."""
        with self._lock:
            if self._latest is not None and reading.taken_at <= self._latest.taken_at:
                return False
            self._latest = reading
            time = reading.taken_at.timestamp()
            for sample in reading.samples:
                key = (sample.name, sample.service, sample.labels)
                series = self._series.pop(key, None) or self._make(key, reading.families.get(sample.name, _UNKNOWN))
                series.track.add(time, sample.value)
                self._series[key] = series  # last, as the one that was seen last
            self._forget(time)
            if reading.unlisted and self._unlisted is None:
                self._unlisted = History(_UNLISTED_SECONDS, most=_MOST_UNLISTED, fine_seconds=_UNLISTED_FINE_SECONDS)
            if self._unlisted is not None:
                self._unlisted.add(replace(reading, samples=reading.unlisted, unlisted=()))
            return True

    def select(
        self,
        name: str | None = None,
        *,
        service: str | None = None,
        type: MetricType | None = None,  # noqa: A002 - the word on the wire
        labels: Mapping[str, str] | None = None,
        live: bool = False,
        unlisted: bool = False,
    ) -> list[Series]:
        """Series in order of name, service and labels.

        :param labels: only those with all of these.
        :param live: only those with a point in the newest reading: what is no longer told has no value now.
        :param unlisted: also those that nobody is told.
        """
        wanted = set((labels or {}).items())
        newest = self._latest.taken_at.timestamp() if self._latest else 0.0
        with self._lock:
            among = self._series if name is None else self._names.get(name, {})
            found = [
                series
                for series in among.values()
                if service in (None, series.service)
                and type in (None, series.family.type)
                and wanted.issubset(series.labels)
                and not (live and (series.track.last or (0.0, 0.0))[0] < newest)
            ]
        if unlisted and self._unlisted is not None:
            found += self._unlisted.select(name, service=service, type=type, labels=labels, live=live)
        return sorted(found, key=lambda series: (series.name, series.service, series.labels))

    def points(self, series: Series, start: datetime | None = None, end: datetime | None = None) -> list[tuple[float, float]]:
        """Time (seconds since 1970) and value, in order."""
        with self._lock:
            return list(series.track.between(start.timestamp() if start else None, end.timestamp() if end else None))

    def value(self, series: Series, time: datetime) -> float | None:
        """The value that held then."""
        with self._lock:
            return series.track.at(time.timestamp())

    def increase(self, series: Collection[Series], seconds: float, now: datetime) -> float | None:
        """How much counters grew together over the last ``seconds``; None when none of them was seen twice."""
        with self._lock:
            grown = [one.track.increase(seconds, now.timestamp()) for one in series]
        known = [value for value in grown if value is not None]
        return sum(known) if known else None

    def _make(self, key: tuple[str, str, Labels], family: Family) -> Series:
        made = Series(*key, family, Track(self._fine_seconds, self._seconds))
        self._names.setdefault(key[0], {})[key] = made
        return made

    def _forget(self, now: float) -> None:
        """Drop what has been gone for as long as figures are kept, and what is too many."""
        for key, series in list(self._series.items()):
            last = series.track.last
            if len(self._series) <= self._most and last is not None and last[0] > now - self._seconds:
                break
            del self._series[key]
            of_name = self._names[key[0]]
            of_name.pop(key)
            if not of_name:
                del self._names[key[0]]
