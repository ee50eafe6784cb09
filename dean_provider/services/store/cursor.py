"""Opaque cursors: the key of the last item of a page."""

from __future__ import annotations

import base64
import binascii

from dean_provider.errors import InvalidConfigurationError

__all__ = ["read_cursor", "write_cursor"]


def write_cursor(*key: int) -> str:
    """A cursor that stands for ``key``."""
    return base64.urlsafe_b64encode(".".join(map(str, key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, parts: int = 1) -> tuple[int, ...] | None:
    """The key a cursor stands for; ``None`` without one.

    :raises InvalidConfigurationError: for a cursor that no page gave out.
    """
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        key = tuple(int(part) for part in text.split("."))
    except (binascii.Error, ValueError):
        key = ()
    if len(key) != parts or any(abs(part) > 2**62 for part in key):
        raise InvalidConfigurationError(
            "The cursor is none that this list gave out.",
            details={"problems": [{"field": "cursor", "value": cursor, "rule": "the next_cursor of the page before"}]},
            suggestions=["Start again without a cursor."],
        )
    return key
