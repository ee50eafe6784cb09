"""Code search over the repositories the operator registered, and over nothing else.

The index is full text (SQLite FTS5) in memory, rebuilt file by file when files change; it holds bounded files, never follows a link
out of a repository, and is the service's own: callers name repositories, not paths.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from structlog import get_logger

from dean_provider.contract.service import Empty, IndexStatus, SearchCode, SearchResult, SearchResults
from dean_provider.errors import NotFoundError

__all__ = ["CodeIndex"]

_log = get_logger(__name__)
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".mypy_cache", ".ruff_cache", "dist", "build"})
_WORD = re.compile(r"\w+")
_SNIPPET = 240
_SCHEMA = """
CREATE TABLE file (id INTEGER PRIMARY KEY, repository TEXT, path TEXT, stamp TEXT, text TEXT, UNIQUE (repository, path));
CREATE VIRTUAL TABLE words USING fts5(path, text, content='file', content_rowid='id', tokenize="unicode61 tokenchars '_'");
CREATE TRIGGER added AFTER INSERT ON file BEGIN INSERT INTO words(rowid, path, text) VALUES (new.id, new.path, new.text); END;
CREATE TRIGGER removed AFTER DELETE ON file BEGIN
  INSERT INTO words(words, rowid, path, text) VALUES ('delete', old.id, old.path, old.text); END;
"""


def _files(root: Path, limit: int, max_bytes: int) -> Iterator[tuple[str, str]]:
    """Path and stamp of every file worth reading."""
    count = 0
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            facts = path.stat()
            if facts.st_size > max_bytes:
                continue
            yield str(path.relative_to(root)), f"{facts.st_mtime_ns}:{facts.st_size}"
            count += 1
            if count >= limit:
                return


def _text(path: Path) -> str | None:
    try:
        data = path.read_bytes()
        return None if b"\0" in data else data.decode()
    except (OSError, UnicodeDecodeError):
        return None


def _best_line(text: str, words: list[str]) -> tuple[int, str]:
    """The line with most of the words, counted from 1."""
    lines = text.splitlines() or [""]
    wanted = set(words)
    number = max(range(len(lines)), key=lambda i: (len(wanted.intersection(_WORD.findall(lines[i].lower()))), -i))
    return number + 1, lines[number].strip()[:_SNIPPET]


class CodeIndex:
    """Keeps the index and answers the search operations."""

    def __init__(
        self, repositories: Mapping[str, Path], now: Callable[[], datetime], *, seconds: float, max_files: int, max_bytes: int
    ) -> None:
        self.repositories = repositories
        self.now = now
        self.seconds = seconds
        self.max_files = max_files
        self.max_bytes = max_bytes
        self._indexed_at: datetime | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def start(self) -> None:
        """Keep the index fresh in the background."""
        if self.repositories:
            self._thread = threading.Thread(target=self._keep, name="code-index", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop keeping it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._connection.close()

    def _keep(self) -> None:
        while True:
            try:
                self.refresh()
            except OSError as error:
                _log.warning("code index is stale", error=str(error))
            if self._stop.wait(self.seconds):
                return

    def refresh(self) -> None:
        """Bring the index up to date with the files."""
        for name, root in self.repositories.items():
            with self._lock:
                known = dict(self._connection.execute("SELECT path, stamp FROM file WHERE repository = ?", (name,)))
            seen = set()
            for path, stamp in _files(root, self.max_files, self.max_bytes):
                if self._stop.is_set():
                    return
                seen.add(path)
                if known.get(path) != stamp:
                    self._replace(name, path, stamp, _text(root / path))
            for path in known.keys() - seen:
                self._replace(name, path, "", None)
        self._indexed_at = self.now()

    def _replace(self, repository: str, path: str, stamp: str, text: str | None) -> None:
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM file WHERE repository = ? AND path = ?", (repository, path))
            if text is not None:
                self._connection.execute(
                    "INSERT INTO file(repository, path, stamp, text) VALUES (?, ?, ?, ?)", (repository, path, stamp, text)
                )

    def search(self, request: SearchCode) -> SearchResults:
        """Files that hold every word of the query, the best first."""
        if request.repository is not None and request.repository not in self.repositories:
            raise NotFoundError(
                f"There is no repository {request.repository!r} here.",
                details={"repository": request.repository, "registered": sorted(self.repositories)},
                suggestions=["Register it with DEAN_INDEXAGENT_REPOSITORIES=name=path."],
            )
        words = [word.lower() for word in _WORD.findall(request.query)]
        if not words:
            return SearchResults(results=[], total=0)
        match = " ".join(f'"{word}"' for word in words)
        where = "words MATCH ? AND (? IS NULL OR repository = ?)"
        given = (match, request.repository, request.repository)
        source = "FROM words JOIN file ON file.id = words.rowid WHERE " + where
        with self._lock:
            total = self._connection.execute(f"SELECT count(*) {source}", given).fetchone()[0]
            rows = self._connection.execute(
                f"SELECT repository, file.path, file.text, -bm25(words) AS score {source} ORDER BY score DESC, file.path LIMIT ?",
                (*given, request.limit),
            ).fetchall()
        results = []
        for repository, path, text, score in rows:
            line, snippet = _best_line(text, words)
            results.append(SearchResult(repository=repository, path=path, line=line, snippet=snippet, score=score))
        return SearchResults(results=results, total=total)

    def status(self, request: Empty) -> IndexStatus:
        """Files per registered repository."""
        with self._lock:
            counts = dict(self._connection.execute("SELECT repository, count(*) FROM file GROUP BY repository"))
        return IndexStatus(repositories={name: counts.get(name, 0) for name in self.repositories}, indexed_at=self._indexed_at)
