"""Cursor pagination, the same for every list."""

from __future__ import annotations

from pydantic import BaseModel, Field

from dean_provider.contract.request import RequestModel

__all__ = ["Page", "PageRequest"]


class PageRequest(RequestModel):
    limit: int = Field(default=100, ge=1, le=1000, description="Items on a page.")
    cursor: str | None = Field(default=None, max_length=256, description="next_cursor of the page before.")


class Page(BaseModel):
    next_cursor: str | None = Field(default=None, description="Pass as cursor for the next page; none on the last.")
