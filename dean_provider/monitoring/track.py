"""One figure over time: every point of late, and one a minute before."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["Track"]

_MINUTE = 60.0


class Track:
    """Points in order of time, in seconds since 1970.

    :param fine_seconds: how far back every point is kept.
    :param seconds: how far back the last point of each minute is.
    """

    def __init__(self, fine_seconds: float, seconds: float) -> None:
        self._fine_seconds = fine_seconds
        self._seconds = seconds
        self._times = array("d")
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: float, value: float) -> None:
        """Add a point; one that is not newer than the last is ignored."""
        if self._times and time <= self._times[-1]:
            return
        self._times.append(time)
        self._values.append(value)
        self._thin(time)

    @property
    def last(self) -> tuple[float, float] | None:
        """Time and value of the newest point."""
        return (self._times[-1], self._values[-1]) if self._times else None

    def between(self, start: float | None = None, end: float | None = None) -> Iterator[tuple[float, float]]:
        """Points from ``start`` to ``end``, both included."""
        first = 0 if start is None else bisect_left(self._times, start)
        stop = len(self._times) if end is None else bisect_right(self._times, end)
        return zip(self._times[first:stop], self._values[first:stop], strict=True)

    def at(self, time: float) -> float | None:
        """The value that held then: that of the newest point not after ``time``."""
        index = bisect_right(self._times, time)
        return self._values[index - 1] if index else None

    def increase(self, seconds: float, now: float) -> float | None:
        """How much a counter grew over the last ``seconds``, resets allowed for; None unless two points lie there."""
        points = list(self.between(now - seconds, now))
        if len(points) < 2:
            return None
        values = [value for _, value in points]
        return sum(after - before if after >= before else after for before, after in pairwise(values))

    def rate(self, seconds: float, now: float) -> float | None:
        """:meth:`increase` for each second that was seen."""
        points = list(self.between(now - seconds, now))
        grown = self.increase(seconds, now)
        return None if grown is None else grown / (points[-1][0] - points[0][0])

    def _thin(self, now: float) -> None:
        """Of the minute that has just become old enough keep the last point; drop what is too old altogether."""
        edge = bisect_left(self._times, now - self._fine_seconds)
        if edge >= 2:
            older, newer = self._times[edge - 2], self._times[edge - 1]
            if older // _MINUTE == newer // _MINUTE:
                del self._times[edge - 2], self._values[edge - 2]
        stale = bisect_left(self._times, now - self._seconds)
        if stale:
            del self._times[:stale], self._values[:stale]
