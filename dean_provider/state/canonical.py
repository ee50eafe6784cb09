"""Canonical JSON (RFC 8785): one sequence of bytes for one value, on every machine and after every round trip."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import rfc8785

from dean_provider.errors import LimitExceededError

__all__ = ["MAX_DEPTH", "clean", "dumps", "loads", "rounded"]

MAX_DEPTH = 64
MOST = 2**53 - 1
UNHOLDABLE = re.compile("[\0\ud800-\udfff]")


def clean(value: Any, depth: int = MAX_DEPTH) -> Any:
    """``value`` with whatever canonical JSON or a database cannot hold replaced, so that no fact is lost for one odd character.

    Whole numbers beyond 2**53 become their digits as text, NaN and infinities null, and NUL and lone surrogates U+FFFD. Floats without
    a fraction become whole numbers, as a reader of canonical JSON meets them.

    :raises LimitExceededError: when it is nested too deeply.
    """
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return value if -MOST <= value <= MOST else str(value)
    if isinstance(value, float):
        return _figure(value)
    if depth == 0:
        raise LimitExceededError(
            f"The details are nested more than {MAX_DEPTH} levels deep.",
            details={"field": "details", "rule": f"at most {MAX_DEPTH} levels"},
        )
    if isinstance(value, dict):
        return {_text(key): clean(item, depth - 1) for key, item in value.items()}
    return [clean(item, depth - 1) for item in value]


def dumps(value: Any) -> str:
    """The canonical text of a clean ``value``."""
    return rfc8785.dumps(value).decode("utf-8")


def loads(text: str) -> Any:
    """The value of canonical text. Whole numbers beyond 2**53 were floats: canonical JSON writes them without a point."""
    return json.loads(text, parse_int=_number)


def rounded(value: Any) -> Any:
    """``value`` with whole numbers beyond 2**53 as the floats they were: PostgreSQL's JSONB writes every digit of a large one."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(value) if isinstance(value, int) and not -MOST <= value <= MOST else value


def _figure(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) <= MOST else value


def _text(value: str) -> str:
    if value.isascii() and "\0" not in value:
        return value
    return UNHOLDABLE.sub("\ufffd", value)


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 16 or -MOST <= int(digits) <= MOST else float(digits)
