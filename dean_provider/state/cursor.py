"""Opaque cursors: the key of the last item of a page."""

from __future__ import annotations

import base64
import binascii
import json
import sys
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from dean_provider.errors import InvalidConfigurationError
from dean_provider.state.chain import instant

__all__ = ["read_cursor", "read_place", "read_rank", "write_cursor", "write_place", "write_rank"]

Key = TypeVar("Key", int, str)
Rank = int | float | str | None


def write_cursor(*key: int | str) -> str:
    """A cursor that stands for ``key``."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, *kinds: type[Key]) -> list[Key] | None:
    """The key a cursor stands for; None without one.

    :raises InvalidConfigurationError: for a cursor that no page gave out.
    """
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds) or any(isinstance(p, int) and abs(p) > 2**53 for p in key):
        raise _foreign(cursor)
    return key


def write_place(at: datetime, workflow_id: UUID, sequence: int) -> str:
    """A cursor for events of many executions in order of time."""
    return write_cursor(str(instant(at)), str(workflow_id), sequence)


def read_place(cursor: str | None) -> tuple[datetime, UUID, int] | None:
    """The time, execution and number that :func:`write_place` wrote.

    :raises InvalidConfigurationError: for a cursor that no page gave out.
    """
    key: list[Any] | None = read_cursor(cursor, str, str, int)
    if key is None or cursor is None:
        return None
    try:
        return datetime.fromisoformat(key[0].replace("Z", "+00:00")), UUID(key[1]), key[2]
    except ValueError:
        raise _foreign(cursor) from None


def write_rank(order: str, value: Rank | datetime, row_id: UUID) -> str:
    """A cursor for lists in an order that people choose.

    :param order: names the order, so that a cursor of another one is refused.
    """
    return write_cursor(order, json.dumps(instant(value) if isinstance(value, datetime) else value), str(row_id))


def read_rank(cursor: str | None, order: str, kind: type[Any]) -> tuple[Rank | datetime, UUID] | None:
    """The value and id that :func:`write_rank` wrote.

    :param kind: what the values of that order are: text, a number or an instant.

    :raises InvalidConfigurationError: for a cursor that no page in this order gave out.
    """
    key = read_cursor(cursor, str, str, str)
    if key is None or cursor is None:
        return None
    try:
        value = json.loads(key[1])
        if key[0] != order or not (value is None or _is(value, kind)):
            raise _foreign(cursor)
        return datetime.fromisoformat(value.replace("Z", "+00:00")) if kind is datetime and value else value, UUID(key[2])
    except (ValueError, RecursionError):
        raise _foreign(cursor) from None


def _is(value: Any, kind: type[Any]) -> bool:
    if kind in (int, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    return isinstance(value, str)


def _foreign(cursor: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(
        "The cursor is none that this list gave out.",
        details={"problems": [{"field": "cursor", "value": cursor, "rule": "the next_cursor of the page before"}]},
        suggestions=["Start again without a cursor."],
    )
