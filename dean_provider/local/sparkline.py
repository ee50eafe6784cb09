"""A curve in one line of text."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["sparkline"]

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """``values`` as at most ``width`` bars between their lowest and their highest. Of many each bar is the last of its share."""
    if not values:
        return ""
    count = min(width, len(values))
    thinned = [values[(index + 1) * len(values) // count - 1] for index in range(count)]
    low, high = min(thinned), max(thinned)
    span = (high - low) or 1.0
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in thinned)
