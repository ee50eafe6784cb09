"""Column types that mean the same on SQLite and PostgreSQL, and the values they can take."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from dean_provider.state.canonical import MOST

__all__ = ["CopiedJson", "Json", "UtcDateTime", "utc", "whole"]

Json = JSON(none_as_null=True)
"""JSON as it was written: PostgreSQL's own text form, because JSONB rewrites numbers."""

CopiedJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON for queries; what counts is kept elsewhere."""


FIRST = datetime(1, 1, 2, tzinfo=timezone.utc)
LAST = datetime(9999, 12, 30, tzinfo=timezone.utc)


def utc(value: datetime) -> datetime:
    """``value`` in UTC; without a zone it is taken to be in UTC.

    The calendar's first and last day are left out: what a database hands out in its own time zone would lie beyond them.
    """
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    return max(FIRST, min(LAST, value)).astimezone(timezone.utc)


def whole(value: int) -> int:
    """``value``, or the nearest whole number that every reader of JSON and every database keeps exactly."""
    return max(-MOST, min(MOST, value))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept in UTC and always handed out with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return utc(value) if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        del dialect
        return utc(value) if value is not None else None
