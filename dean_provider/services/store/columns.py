"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import JSON, DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

__all__ = ["Floats", "Json", "UtcDateTime"]

Json = JSON(none_as_null=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept in UTC and always handed out with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(timezone.utc) if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=timezone.utc) if instant.tzinfo is None else instant.astimezone(timezone.utc)


class Floats(TypeDecorator[npt.NDArray[np.float64]]):
    """Numbers as little-endian float64, bit for bit; the reader knows the shape."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: npt.NDArray[np.float64] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else np.ascontiguousarray(value, dtype="<f8").tobytes()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> npt.NDArray[np.float64] | None:
        return None if value is None else np.frombuffer(value, dtype="<f8")
