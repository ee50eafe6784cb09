"""What callers send: models whose text every database can keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError

__all__ = ["RequestModel", "flaw_of"]

_HOLDS_TEXT = (str, Mapping, list, tuple)


def flaw_of(text: str) -> str | None:
    """What PostgreSQL, or UTF-8, cannot keep of a text."""
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a surrogate pair"
    return None


def _parts(value: Any) -> list[tuple[str, Any]]:
    """What a container holds that may hold text, by name."""
    named = value.items() if isinstance(value, Mapping) else enumerate(value)
    return [(str(name), part) for name, part in named if isinstance(part, _HOLDS_TEXT)]


def _refuse_flaws(value: Any) -> None:
    """Nothing when all text in plain data can be kept.

    :raises PydanticCustomError: it cannot; says what is wrong, and where in the data.
    """
    waiting = [("", value)]
    while waiting:
        where, found = waiting.pop()
        texts = [found] if isinstance(found, str) else [name for name in found if isinstance(name, str)]
        flaw = next(filter(None, map(flaw_of, texts)), None)
        if flaw is not None:
            place = f" (in {where})" if where else ""
            raise PydanticCustomError("unkeepable_text", "must not hold {flaw}{place}", {"flaw": flaw, "place": place})
        if not isinstance(found, str):
            waiting += [(f"{where}.{name}" if where else name, part) for name, part in reversed(_parts(found))]


class RequestModel(BaseModel):
    """Base of every model that a caller sends, nested ones included. Text with a NUL character or half a surrogate pair is refused."""

    @field_validator("*", mode="after")
    @classmethod
    def _keepable(cls, value: Any) -> Any:
        if isinstance(value, _HOLDS_TEXT):
            _refuse_flaws(value)
        return value
