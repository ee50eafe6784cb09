"""How a value may be shown: short, in JSON form, and without what is secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

__all__ = ["MASK", "masked", "printable", "shown"]

MASK = "***"
LONGEST = 200
CREDENTIALS = re.compile(r"://\S*@")
ADDRESS = re.compile(r"^(?P<scheme>[a-z]+://)(?:\S*@)?(?P<place>[\w.:\[\]/-]*)(?P<query>[?#].*)?$")


def printable(text: str) -> str:
    """``text`` with what no terminal or JSON document can carry (lone surrogates, control characters) escaped."""
    encodable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(sign if sign.isprintable() or sign == " " else sign.encode("unicode_escape").decode() for sign in encodable)


def masked(secret: str) -> str:
    """A secret URL without user, password and query; anything else is hidden altogether."""
    match = ADDRESS.match(secret)
    if not match:
        return MASK
    credentials = f"{MASK}@" if "@" in secret else ""
    return f"{match['scheme']}{credentials}{match['place']}{'?' + MASK if match['query'] else ''}"


def shown(value: Any, *, secret: bool = False) -> Any:
    """``value`` as it may appear in an error, a table or a log: JSON-serialisable, at most 200 characters of text."""
    if isinstance(value, SecretStr):
        return masked(value.get_secret_value())
    if secret:
        return value if value is None else MASK
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < 1e18:
        return value
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple)):
        try:
            text = json.dumps(value, default=lambda item: type(item).__name__)
        except (TypeError, ValueError, RecursionError):
            text = f"a {type(value).__name__}"
    elif isinstance(value, (str, float)):
        text = str(value)
    elif isinstance(value, int):
        text = f"a number of {value.bit_length()} bits"
    else:
        text = f"a {type(value).__name__}"
    text = printable(CREDENTIALS.sub(f"://{MASK}@", text[: 4 * LONGEST]))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
