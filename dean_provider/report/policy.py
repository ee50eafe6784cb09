"""The best policy itself: long numeric traits as drawings, the others as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from dean_provider.report.captions import Caption, caption_of
from dean_provider.report.chart import Chart, Readings
from dean_provider.report.data import ReportData
from dean_provider.report.scale import Scale
from dean_provider.report.text import number, plural, spaced
from dean_provider.report.thinning import kept

__all__ = ["Policy", "policy"]

DRAWN_FROM = 9
LISTED_TO = 24
MOST_BARS = 400
MOST_CHARTS = 12
MOST_TRAITS = 200
LONGEST_TEXT = 300


@dataclass(frozen=True)
class Policy:
    """``values`` are name and text of the traits that are short or not drawn; ``left_out`` counts those not shown at all."""

    agent_id: str
    text: str
    charts: Sequence[Chart]
    values: Sequence[tuple[str, str]]
    left_out: int


def policy(data: ReportData) -> Policy | None:
    """The outcome's traits as verified, else as its lineage tells them; ``None`` when neither is known."""
    agent_id, traits = _traits(data)
    if not traits:
        return None
    caption = caption_of(data.trial)
    charts: list[Chart] = []
    values: list[tuple[str, str]] = []
    for name, value in list(traits.items())[:MOST_TRAITS]:
        numbers = _numbers(value)
        drawable = numbers if len(charts) < MOST_CHARTS else None
        if drawable is not None:
            charts.append(_drawn(name, drawable, caption, f"trait-{len(charts)}"))
        if drawable is None or len(drawable) <= LISTED_TO:
            values.append((spaced(name), _text(value)))
    return Policy(agent_id, caption.policy if caption else "", charts, values, max(0, len(traits) - MOST_TRAITS))


def _traits(data: ReportData) -> tuple[str, Mapping[str, JsonValue]]:
    if data.verification is not None and data.verification.traits:
        return data.verification.agent_id, data.verification.traits
    if data.lineage is not None:
        return data.lineage.agent.agent_id, data.lineage.agent.traits
    return "", {}


def _numbers(value: JsonValue) -> list[float] | None:
    """``value`` as numbers worth drawing, else ``None``."""
    if not isinstance(value, list) or len(value) < DRAWN_FROM:
        return None
    numbers = [float(each) for each in value if isinstance(each, (int, float)) and not isinstance(each, bool)]
    return numbers if len(numbers) == len(value) and any(map(math.isfinite, numbers)) else None


def _drawn(name: str, numbers: list[float], caption: Caption | None, key: str) -> Chart:
    positions = kept(len(numbers), [numbers], MOST_BARS // 2)
    bars = [(float(position), numbers[position]) for position in positions]
    finite = [value for value in numbers if math.isfinite(value)]
    place = caption.place if caption else "index"
    return Chart(
        key=key,
        title=caption.table if caption else spaced(name),
        summary=f"{plural(len(numbers), 'value')} of {spaced(name)}, from {number(min(finite))} to {number(max(finite))}.",
        x=Scale(-0.5, len(numbers) - 0.5),
        y=Scale.around(finite, zero=True),
        x_label=caption.index if caption else "index",
        height=200,
        bars=bars,
        readings=Readings(
            [x for x, _ in bars],
            [f"{place} {position:,}" for position in positions],
            [(spaced(name), "bar", [number(y) for _, y in bars])],
        ),
    )


def _text(value: JsonValue) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        text = str(value)
    elif isinstance(value, (int, float)):
        text = number(value)
    elif isinstance(value, list) and all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in value):
        text = ", ".join(number(each) for each in value[:LONGEST_TEXT] if isinstance(each, (int, float)))
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
