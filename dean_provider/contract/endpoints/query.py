"""The query of a request: names with one text or several, as URLs can say them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from pydantic_core import to_jsonable_python

from dean_provider.errors import ConfigurationError

__all__ = ["Query", "query_of", "query_text"]

Query = dict[str, str | list[str]]


def query_of(pairs: Iterable[tuple[str, Any]]) -> Query:
    """The query that says ``pairs``.

    A name given several times, or with several values, is repeated. Truth values become ``true`` and ``false``, times ISO 8601; ``None`` is
    left out, alone and among several.

    :raises ConfigurationError: for a value that no query can say.
    """
    said: dict[str, list[str]] = {}
    several: set[str] = set()
    for name, value in pairs:
        plain = _plain(name, value)
        if isinstance(plain, list) or name in said:
            several.add(name)
        words = [_word(name, item) for item in (plain if isinstance(plain, list) else [plain]) if item is not None]
        if words:
            said[name] = [*said.get(name, ()), *words]
    return {name: words if name in several else words[0] for name, words in said.items()}


def query_text(query: Query) -> str:
    """``query`` as it stands in a URL, with its question mark; nothing for an empty one."""
    text = urlencode(query, doseq=True)
    return f"?{text}" if text else ""


def _plain(name: str, value: Any) -> Any:
    try:
        return to_jsonable_python(value, fallback=str)
    except ValueError:
        raise _unspeakable(name, f"a {type(value).__name__} that has no JSON form") from None


def _word(name: str, value: Any) -> str:
    if isinstance(value, dict):
        raise _unspeakable(name, "names and values")
    if isinstance(value, list):
        raise _unspeakable(name, "a list within a list")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _unspeakable(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The query parameter {name!r} holds {what}.",
        details={"field": name, "rule": "must be a text, a number, a truth value, a time, or several of these"},
        suggestions=["Give what it holds as parameters of its own."],
    )
