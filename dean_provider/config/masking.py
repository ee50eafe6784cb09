"""How a value may be shown: short, in JSON form, and without what is secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

__all__ = ["MASK", "holds_login", "masked", "printable", "shown", "without_logins"]

MASK = "***"
LONGEST = 200
LOGIN = re.compile(r"(?i)(?:https?://|://[^\s/?#@:]*:)[^\s/?#]*@")
MAYBE_LOGIN = re.compile(r"(?i)https?://|://(?=[^@:]*:)")
WORD = re.compile(r"\S+")
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


def holds_login(text: str) -> bool:
    """Whether an address in ``text`` has user and password in it; or a user alone, where that may be a token (http, https).

    Elsewhere a name before the ``@`` names an Airflow connection (``s3://conn_id@bucket``) or a user (``ssh://git@host``).
    """
    return LOGIN.search(text) is not None


def without_logins(value: Any) -> Any:
    """JSON data without the logins of the addresses in its texts, also of those that are not quoted as they should be."""
    if isinstance(value, str):
        return WORD.sub(_without_login, value) if "@" in value else value
    if isinstance(value, Mapping):
        return {without_logins(name): without_logins(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_logins(item) for item in value]
    return value


def _without_login(word: re.Match[str]) -> str:
    before, at, place = word[0].rpartition("@")
    begins = MAYBE_LOGIN.search(before)
    return f"{before[: begins.end()]}{MASK}{at}{place}" if begins else word[0]


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
    text = printable(without_logins(text[: 4 * LONGEST]))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
