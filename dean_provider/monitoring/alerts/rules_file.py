"""The operator's file of rules as it is now: read again when it changes, and while it is broken the rules before hold on."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from structlog import get_logger

from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring.alerts.book import RuleBook, default_book, read_book

__all__ = ["RulesFile"]

_log = get_logger(__name__)
_LARGEST = 262_144


class RulesFile:
    """:param path: of the file; only the package's rules hold without one."""

    def __init__(self, path: str | None = None) -> None:
        self._path = Path(path) if path else None
        self._book = default_book()
        self._lock = threading.Lock()
        self.digest = ""
        self.problems: list[str] = []

    def book(self) -> RuleBook:
        """The rules that hold now. Blocks for as long as it takes to read a small file."""
        if self._path is None:
            return self._book
        with self._lock:
            digest = _digest(self._path)
            if digest != self.digest:
                self.digest = digest
                self._read(self._path)
            return self._book

    def _read(self, path: Path) -> None:
        try:
            self._book = read_book(path)
        except InvalidConfigurationError as error:
            found = error.details.get("problems", [])
            self.problems = [_line(problem) for problem in found] or [error.message]
            _log.error("the file of alert rules is refused; the rules before hold on", file=str(path), problems=self.problems[:10])
        else:
            self.problems = []
            _log.info("the file of alert rules was read", file=str(path), rules=len(self._book.enabled))


def _digest(path: Path) -> str:
    """Of the file's content; that it cannot be read is a content too."""
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(_LARGEST + 1)).hexdigest()
    except OSError as error:
        return f"unreadable:{error.errno}"


def _line(problem: dict[str, object]) -> str:
    hint = f" {problem['suggestion']}" if problem.get("suggestion") else ""
    return f"{problem['field']} {problem['rule']} [{problem['origin']}].{hint}"
