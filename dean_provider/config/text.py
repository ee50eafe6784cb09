"""Settings written as text, as in an environment variable, airflow.cfg or ``--option name=value``, read as the JSON they stand for."""

from __future__ import annotations

import json
from typing import Any

from dean_provider.config.option import Kind, Option

__all__ = ["NONE", "from_text", "to_text"]

NONE = ("none", "null")


def from_text(option: Option, text: str) -> Any:
    """The value ``text`` stands for; text that cannot be read comes back as it is, for the schema to refuse.

    ``none`` and ``null`` unset an option that may be empty. A list is JSON or separated by commas, a mapping is JSON.
    Numbers stay text: the schema reads them.
    """
    bare = text.strip()
    if option.nullable and (bare.lower() in NONE or not bare):
        return None
    if option.kind is Kind.LIST and not bare.startswith("["):
        return [part.strip() for part in bare.split(",") if part.strip()]
    if option.kind in (Kind.LIST, Kind.MAPPING):
        return _json(bare)
    return text if option.kind is Kind.TEXT else bare


def to_text(value: Any) -> str:
    """The text that :func:`from_text` reads as ``value``, which is in JSON form."""
    if value is None:
        return NONE[0]
    return value if isinstance(value, str) else json.dumps(value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
