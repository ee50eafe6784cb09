"""The one wire form of an error: RFC 9457 problem details carrying the specification's ``ErrorResponse``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dean_provider.errors import DeanError, error_classes

__all__ = ["MEDIA_TYPE", "Problem", "to_error", "to_problem"]

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error as it travels. ``error_code`` decides the exception on the other side."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="URN naming the kind of error: urn:dean:error:<error_code>.")
    title: str = Field(description="The kind of error in a few words; the same for every occurrence.")
    status: int = Field(ge=400, le=599, description="HTTP status code.")
    error_code: str = Field(description="Stable machine-readable code.")
    message: str = Field(description="What is wrong, in one sentence.")
    details: dict[str, Any] = Field(default_factory=dict, description="Facts about this occurrence.")
    timestamp: datetime = Field(description="When it happened (UTC).")
    request_id: str | None = Field(default=None, description="Correlation id of the call.")
    suggestions: list[str] = Field(default_factory=list, description="What to do next.")


def to_problem(error: DeanError, *, request_id: str | None = None) -> Problem:
    """Describe ``error`` for the wire."""
    return Problem(
        type=f"urn:dean:error:{error.error_code}",
        title=error.title,
        status=error.status,
        error_code=error.error_code,
        message=error.message,
        details=error.details,
        timestamp=error.timestamp,
        request_id=error.request_id or request_id,
        suggestions=error.suggestions,
    )


def to_error(problem: Problem, *, retry_after: float | None = None) -> DeanError:
    """Rebuild the exception a problem describes; an unknown code becomes a plain :class:`DeanError`."""
    cls = error_classes().get(problem.error_code, DeanError)
    return cls(
        problem.message,
        details=problem.details,
        suggestions=problem.suggestions,
        request_id=problem.request_id,
        timestamp=problem.timestamp,
        retry_after=retry_after,
    )
