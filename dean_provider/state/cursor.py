"""Opaque cursors: the key of the last item of a page."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from dean_provider.errors import InvalidConfigurationError
from dean_provider.state.chain import instant

__all__ = ["read_cursor", "read_place", "write_cursor", "write_place"]

Key = TypeVar("Key", int, str)


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


def write_place(at: datetime, row_id: UUID) -> str:
    """A cursor for lists in order of time."""
    return write_cursor(str(instant(at)), str(row_id))


def read_place(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The time and id that :func:`write_place` wrote.

    :raises InvalidConfigurationError: for a cursor that no page gave out.
    """
    key = read_cursor(cursor, str, str)
    if key is None or cursor is None:
        return None
    try:
        return datetime.fromisoformat(key[0].replace("Z", "+00:00")), UUID(key[1])
    except ValueError:
        raise _foreign(cursor) from None


def _foreign(cursor: str) -> InvalidConfigurationError:
    return InvalidConfigurationError(
        "The cursor is none that this list gave out.",
        details={"problems": [{"field": "cursor", "value": cursor, "rule": "the next_cursor of the page before"}]},
        suggestions=["Start again without a cursor."],
    )
