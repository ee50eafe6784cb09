"""Comparing what was asked with what is stored: the same twice is once, something else under the same id is a conflict."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from dean_provider.errors import ConflictError

__all__ = ["content_of", "digest_of", "require_same"]


def content_of(request: BaseModel) -> dict[str, Any]:
    """A request as plain data."""
    return request.model_dump(mode="json", exclude_none=True)


def digest_of(request: BaseModel) -> str:
    """A hash of a request too large to keep."""
    return hashlib.sha256(json.dumps(content_of(request), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def require_same(kind: str, name: str, stored: dict[str, Any], asked: dict[str, Any]) -> None:
    """Nothing when both are the same.

    :raises ConflictError: naming the fields that differ.
    """
    fields = sorted(key for key in stored.keys() | asked.keys() if stored.get(key) != asked.get(key))
    if fields:
        raise ConflictError(
            f"{kind} {name!r} exists with other content: {', '.join(fields)}.",
            details={"field": "id", "value": name, "differences": fields},
            suggestions=["Use another id, or ask with what it was made with."],
        )
