"""Numbers, times and names in words people read."""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone

__all__ = [
    "NARROW_SPACE",
    "NONE",
    "RANGE",
    "article",
    "clipped",
    "count",
    "duration",
    "instant",
    "minus",
    "number",
    "percentage",
    "plural",
    "proportion",
    "sentence_case",
    "short_id",
    "spaced",
]

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
RANGE = "\N{EN DASH}"
AGENT = re.compile(r".+:(\d+:\d+)", re.DOTALL)
SHORT_ID = 14


def number(value: float | None) -> str:
    """``value`` with two decimals from one on, with three significant digits below."""
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e9):
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{minus(mantissa)}e{minus(str(int(exponent)))}"
    if size >= 10_000:
        return minus(f"{value:,.0f}")
    return minus(f"{value:,.2f}" if size >= 1 else f"{value:.3g}") if size else "0"


def minus(text: str) -> str:
    """``text`` with true minus signs."""
    return text.replace("-", MINUS)


def count(value: int | None) -> str:
    """A whole number with thousands separated."""
    return NONE if value is None else minus(f"{value:,}")


def plural(amount: int, one: str, many: str = "") -> str:
    """``1 agent``, ``2 agents``."""
    return f"{count(amount)} {one if amount == 1 else many or one + 's'}"


def proportion(value: float) -> str:
    """A value between 0 and 1 with two decimals, more where it would read as nothing."""
    return f"{value:.2f}" if value >= 0.01 or value == 0 else f"{value:.1g}"


def percentage(share: float) -> str:
    """A share as a percentage: whole from ten on, one decimal below."""
    percent = 100 * share
    shown = f"{percent:.0f}" if abs(percent) >= 10 or percent == 0 else f"{percent:.1f}"
    return f"{shown}{NARROW_SPACE}%"


def duration(seconds: float | None) -> str:
    """Seconds as people say them: ``8.4 s``, ``1 min 12 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds is None:
        return NONE
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    first = next(index for index, (_, size) in enumerate(units) if whole >= size)
    (name, size), (minor, minor_size) = units[first], units[first + 1]
    rest = whole % size // minor_size
    return f"{whole // size} {name} {rest} {minor}" if rest else f"{whole // size} {name}"


def instant(moment: datetime | None) -> str:
    """A moment to the second, in UTC; one without a zone is taken as UTC."""
    if moment is None:
        return NONE
    aware = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return f"{aware:%Y-%m-%d %H:%M:%S} UTC"


def spaced(name: str) -> str:
    """``best_fit`` as ``best fit``."""
    return name.replace("_", " ")


def sentence_case(text: str) -> str:
    """``text`` with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


def clipped(text: str, length: int) -> str:
    """``text``, cut to ``length`` characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def article(noun: str) -> str:
    """``noun`` with its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def short_id(identifier: str) -> str:
    """An id short enough for a table: generation and position of a population's agent, else its beginning and its end."""
    if match := AGENT.fullmatch(identifier):
        return match[1]
    return identifier if len(identifier) <= SHORT_ID else f"{identifier[:5]}…{identifier[-7:]}"
