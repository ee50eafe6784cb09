"""Reading the end of a component's log."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["reason_in", "tail"]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TELLING = re.compile(r"\b\w*(Error|Exception|Refused)\b|\b(error|fatal|cannot|could not|denied|refused|in use|no such)\b", re.IGNORECASE)
_POINTER = "(Background on this error at:"
"""Where SQLAlchemy's messages end, after what was wrong."""
_READ_BYTES = 65_536
_REASON_CHARACTERS = 240


def tail(path: Path, lines: int = 20) -> list[str]:
    """The last non-empty lines, without colours; none when there is no log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _READ_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    found = [line.rstrip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return found[-lines:]


def reason_in(path: Path) -> str:
    """The line that most likely says why a program ended: the last one that speaks of an error, else the last one."""
    lines = tail(path, 60)
    telling = [line for line in lines if _TELLING.search(line) and not line.lstrip().startswith(_POINTER)]
    chosen = (telling or lines or [""])[-1].strip()
    return chosen if len(chosen) <= _REASON_CHARACTERS else chosen[: _REASON_CHARACTERS - 1] + "…"
