"""Token economy: what may be spent, what was promised, what was used."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from dean_provider.contract.request import RequestModel
from dean_provider.contract.text import PathText

__all__ = ["AllocateTokens", "Allocation", "Budget", "ReadUsage", "Usage", "UsageWindow"]


class Budget(BaseModel):
    """Tokens of the whole service. ``limit`` and ``available`` are ``None`` when there is no bound."""

    limit: int | None = Field(default=None, ge=0)
    allocated: int = Field(ge=0, description="Promised to trials and holders that have not ended.")
    used: int = Field(ge=0)
    available: int | None = Field(default=None, ge=0)


class AllocateTokens(RequestModel):
    """Reserve tokens for a holder (a trial or anything else). Idempotent by holder: asking again changes the amount."""

    model_config = ConfigDict(extra="forbid")

    holder: PathText
    tokens: int = Field(ge=0, le=10**12)


class Allocation(BaseModel):
    holder: str
    tokens: int = Field(ge=0)
    used: int = Field(default=0, ge=0)
    updated_at: datetime


class ReadUsage(RequestModel):
    """Usage by time window, newest first."""

    since: datetime | None = None
    until: datetime | None = None
    window_seconds: int = Field(default=3600, ge=60, le=86_400 * 31)
    trial_id: str | None = Field(default=None, max_length=128)
    limit: int = Field(default=168, ge=1, le=1000)


class UsageWindow(BaseModel):
    start: datetime
    tokens: int = Field(ge=0)
    evaluations: int = Field(ge=0)


class Usage(BaseModel):
    windows: list[UsageWindow]
    tokens: int = Field(ge=0, description="All windows together.")
