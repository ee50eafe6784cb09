"""Lengths of time as an operator writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = ["Duration", "Threshold", "in_words", "prometheus"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,9})\s*([smhd])")
_LONGEST = 31 * 86_400


def _seconds(value: Any) -> Any:
    if isinstance(value, str) and (found := _FORM.fullmatch(value.strip())):
        return int(found[1]) * _UNITS[found[2]]
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("duration", "must be a whole number with its unit, such as 90s, 5m, 2h or 1d")
    return value


Duration = Annotated[int, BeforeValidator(_seconds), Field(ge=0, le=_LONGEST), WithJsonSchema({"type": "string", "format": "duration"})]
"""Seconds; written as ``90s``, ``5m``, ``2h`` or ``1d``."""


def _number(value: Any) -> Any:
    return _seconds(value) if isinstance(value, str) and _FORM.fullmatch(value.strip()) else value


Threshold = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
"""A number; one of seconds may be written as a :data:`Duration`."""


def in_words(seconds: float) -> str:
    """``seconds`` in its largest whole unit: ``5 min``."""
    whole = round(seconds)
    for unit, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole and whole % unit == 0:
            return f"{whole // unit} {word}"
    return f"{whole} s"


def prometheus(seconds: int) -> str:
    """``seconds`` as Prometheus writes them."""
    for word, unit in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % unit == 0:
            return f"{seconds // unit}{word}"
    return f"{seconds}s"
