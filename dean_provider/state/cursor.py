"""Opaque cursors: the key of the last item of a page."""

from __future__ import annotations

import base64
import binascii
import json
import math
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from dean_provider.contract.request import flaw_of
from dean_provider.errors import InvalidConfigurationError
from dean_provider.state.canonical import MOST
from dean_provider.state.chain import instant

__all__ = ["read_cursor", "read_moment", "read_place", "read_rank", "write_cursor", "write_moment", "write_place", "write_rank"]

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
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds) or not all(map(_can_be_kept, key)):
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
        return _moment(key[0]), UUID(key[1]), key[2]
    except ValueError:
        raise _foreign(cursor) from None


def write_moment(at: datetime, name: str) -> str:
    """A cursor for what has a name, in order of time."""
    return write_cursor(str(instant(at)), name)


def read_moment(cursor: str | None) -> tuple[datetime, str] | None:
    """The time and name that :func:`write_moment` wrote.

    :raises InvalidConfigurationError: for a cursor that no page gave out.
    """
    key = read_cursor(cursor, str, str)
    if key is None or cursor is None:
        return None
    try:
        return _moment(key[0]), key[1]
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
        return _moment(value) if kind is datetime and value is not None else value, UUID(key[2])
    except (ValueError, RecursionError):
        raise _foreign(cursor) from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _is(value: Any, kind: type[Any]) -> bool:
    kinds = {int: (int,), float: (int, float)}.get(kind, (str,))
    return type(value) in kinds and _can_be_kept(value)


def _can_be_kept(value: float | str) -> bool:
    """Whether a column could hold it: what cannot, no page gave out, and a database would fail on it."""
    if isinstance(value, str):
        return flaw_of(value) is None
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= MOST


def _foreign(cursor: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(
        "The cursor is none that this list gave out.",
        details={"problems": [{"field": "cursor", "value": cursor, "rule": "the next_cursor of the page before"}]},
        suggestions=["Start again without a cursor."],
    )
