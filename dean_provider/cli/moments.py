"""Moments as a person types and reads them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import rich_click as click

__all__ = ["moment", "shown"]

_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?")
_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Reads an option: ISO 8601, in this machine's time zone unless it says another, or how long ago (``90m``, ``2h``, ``7d``).

    :raises click.BadParameter: when it is neither.
    """
    if value is None:
        return None
    text = value.strip()
    try:
        if ago := _AGO.fullmatch(text):
            return datetime.now(timezone.utc) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        pass
    rule = "is neither a moment, such as 2026-01-31 or 2026-01-31T12:00+01:00, nor how long ago, such as 2h"
    raise click.BadParameter(f"{value!r} {rule}.", ctx=ctx, param=param)


def shown(when: datetime | None) -> str:
    """``when`` in this machine's time zone, to the second."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S") if when else ""
