"""Charts as SVG that stretches: lines are drawn in a box of a thousand units, text and dots at true size beside it.

Server-side drawing keeps the file small, prints, works where scripts are blocked (mail, object stores), and follows the
reader's light or dark theme through the page's own colours. The page's script only adds pointing at a place to read values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dean_provider.report.scale import Scale

__all__ = ["Chart", "Dot", "Edge", "Level", "Line", "Readings"]

WIDTH = 1000
LABEL_HEIGHT = 14
X_TICKS = 6
PIXELS_PER_TICK = 44
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A curve. ``style`` names its colour in the stylesheet, also in the legend; ``last`` is shown there."""

    name: str
    style: str
    points: Sequence[Point]
    last: str = ""


@dataclass(frozen=True)
class Level:
    """A horizontal line with its name on it, at the right end unless ``left``."""

    name: str
    style: str
    value: float
    text: str
    left: bool = False


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    style: str
    label: str


@dataclass(frozen=True)
class Edge:
    start: Point
    end: Point
    style: str


@dataclass(frozen=True)
class Readings:
    """What pointing at a place shows: per place its head line and one text per series."""

    places: Sequence[float]
    heads: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[str]]]


@dataclass(frozen=True)
class Chart:
    """One chart.

    :param key: unique within the page; letters, digits and dashes.
    :param summary: what a reader who cannot see it needs to know.
    :param height: of the drawing, in pixels.
    :param note: shown below it.
    """

    key: str
    title: str
    summary: str
    x: Scale
    y: Scale
    x_label: str
    height: int = 240
    note: str = ""
    unit: str = ""
    lines: Sequence[Line] = ()
    levels: Sequence[Level] = ()
    dots: Sequence[Dot] = ()
    edges: Sequence[Edge] = ()
    bars: Sequence[Point] = ()
    readings: Readings | None = None
    legend: Sequence[tuple[str, str, str]] = field(default=())

    def across(self, value: float) -> float:
        """Per mille of the width."""
        return round(WIDTH * self.x.share(value), 1)

    def down(self, value: float) -> float:
        """Pixels from the top, within the drawing."""
        return min(float(self.height), max(0.0, self._down_freely(value)))

    def _down_freely(self, value: float) -> float:
        """Pixels from the top, also above and below the drawing, which clips what leaves it."""
        return round(self.height * (1 - min(3.0, max(-2.0, self.y.place(value)))), 1)

    @property
    def y_ticks(self) -> list[tuple[float, str]]:
        return [(self.down(value), label) for value, label in self.y.ticks(max(2, self.height // PIXELS_PER_TICK))]

    @property
    def x_ticks(self) -> list[tuple[float, str, str]]:
        """Percent of the width, label, and how the label is anchored there."""
        marks = [(self.across(value) / 10, label) for value, label in self.x.whole_ticks(X_TICKS)]
        return [(place, label, "start" if place < 3 else "end" if place > 97 else "middle") for place, label in marks]

    @property
    def paths(self) -> list[tuple[str, str]]:
        """Style and path data of each line; a value that is not finite interrupts it."""
        return [(line.style, self._path(line.points)) for line in self.lines]

    @property
    def bar_paths(self) -> list[tuple[str, str]]:
        """Bars above and below zero, each as one path; a bar stands in the middle of its unit of x."""
        base = self.down(0)
        above = [self._bar(x, y, base) for x, y in self.bars if math.isfinite(y) and y >= 0]
        below = [self._bar(x, y, base) for x, y in self.bars if math.isfinite(y) and y < 0]
        return [("bar-above", "".join(above)), ("bar-below", "".join(below))]

    @property
    def edge_paths(self) -> list[tuple[str, str]]:
        """Edges of one style as one path."""
        styles: dict[str, list[str]] = {}
        for edge in self.edges:
            styles.setdefault(edge.style, []).append(self._path((edge.start, edge.end)))
        return [(style, "".join(parts)) for style, parts in styles.items()]

    @property
    def level_lines(self) -> list[tuple[str, float, float, str, bool]]:
        """Style, height of the line, height of its label, label, whether left; labels keep clear of each other."""
        placed: list[tuple[str, float, float, str, bool]] = []
        floor = float(LABEL_HEIGHT - 3)
        for level in sorted(self.levels, key=lambda level: (self.down(level.value), level.name)):
            line = self.down(level.value)
            label = line - 5
            if label < floor:
                label = max(floor, line + LABEL_HEIGHT - 2)
            placed.append((level.style, line, round(label, 1), f"{level.name} {level.text}", level.left))
            floor = label + LABEL_HEIGHT
        return placed

    @property
    def spots(self) -> list[tuple[str, float, float, str]]:
        """Style, percent of the width, pixels from the top and label of each dot."""
        return [(dot.style, self.across(dot.x) / 10, self.down(dot.y), dot.label) for dot in self.dots]

    @property
    def keys(self) -> list[tuple[str, str, str]]:
        """Style, name and last value of each legend entry."""
        return [(line.style, line.name, line.last) for line in self.lines] + list(self.legend)

    @property
    def reading_data(self) -> dict[str, Any] | None:
        """The readings as the page's script wants them: places in percent of the width."""
        if self.readings is None or not self.readings.places:
            return None
        return {
            "at": [self.across(place) / 10 for place in self.readings.places],
            "heads": list(self.readings.heads),
            "rows": [{"name": name, "style": style, "values": list(values)} for name, style, values in self.readings.rows],
        }

    def _path(self, points: Iterable[Point]) -> str:
        parts: list[str] = []
        pen = "M"
        for x, y in points:
            if not math.isfinite(y):
                pen = "M"
                continue
            parts.append(f"{pen}{self.across(x):g} {self._down_freely(y):g}")
            pen = "L"
        return "".join(parts)

    def _bar(self, x: float, y: float, base: float) -> str:
        left, right = self.across(x - 0.42), self.across(x + 0.42)
        return f"M{left:g} {base:g}V{self.down(y):g}H{right:g}V{base:g}Z"
