"""What a run was asked for, as the record keeps it: without secrets, and not without bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dean_provider.config.masking import MASK, without_logins

__all__ = ["asked_for"]

MOST_CHARACTERS = 16 * 1024
_SECRET = re.compile(r"passw|secret|credential|api_?key|private_?key|authorization|(^|_)token$", re.IGNORECASE)


def asked_for(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The settings in ``layers``, the later the stronger, in JSON form. Values under names of secrets, and logins in addresses, are masked.
    What is too large is left out, and its size said instead."""
    merged = {str(key): _redacted(str(key), value) for layer in layers for key, value in layer.items()}
    try:
        text = json.dumps(merged, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return {"omitted": "it is no JSON"}
    return json.loads(text) if len(text) <= MOST_CHARACTERS else {"omitted": f"{len(text)} characters"}


def _redacted(name: str, value: Any) -> Any:
    if _SECRET.search(name) and value is not None:
        return MASK
    if isinstance(value, Mapping):
        return {str(key): _redacted(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted("", item) for item in value]
    return without_logins(value)
