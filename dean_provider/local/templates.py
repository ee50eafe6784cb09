"""Databases just migrated, kept aside: a fresh start copies one in a moment instead of migrating for seconds."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from sqlalchemy import make_url

from dean_provider.errors import ServiceFailureError
from dean_provider.local.environment import clean_environment
from dean_provider.local.postgres import binary

__all__ = ["prepare"]

_KEPT = 4
"""The newest of each kind: an update of any package makes another one."""


def prepare(url: str, folder: Path, sign: str, make: Callable[[], None]) -> None:
    """Fill an empty database as ``make`` would: by copying the one of the same sign, or else by ``make``, and then it is kept.

    Of several that share the folder one makes it, and the others wait.

    :param url: SQLAlchemy's, of SQLite or PostgreSQL.
    :param folder: where they are kept; made if missing.
    :param sign: another one for whatever fills a database differently; becomes a part of a file's name.
    :param make: fills the database at ``url``.
    :raises ServiceFailureError: when PostgreSQL's own programs fail.
    """
    copies = _SQLite(url) if url.startswith("sqlite") else _PostgreSQL(url)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{sign}{copies.suffix}"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            copies.fill(kept)
            return
        make()
        new = kept.with_suffix(".new")
        new.unlink(missing_ok=True)
        copies.keep(new)
        new.replace(kept)
        for old in sorted(folder.glob(f"*{copies.suffix}"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            old.unlink()


class _Copies(ABC):
    """Of a database that nobody else uses at that moment."""

    suffix: ClassVar[str]

    def __init__(self, url: str) -> None:
        self._url = url

    @abstractmethod
    def keep(self, file: Path) -> None:
        """Copy the database to a new file."""

    @abstractmethod
    def fill(self, file: Path) -> None:
        """Copy what :meth:`keep` wrote to the database."""


class _SQLite(_Copies):
    suffix = ".db"

    @property
    def _path(self) -> str:
        return str(make_url(self._url).database)

    def keep(self, file: Path) -> None:
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)

    def fill(self, file: Path) -> None:
        shutil.copyfile(file, self._path)


class _PostgreSQL(_Copies):
    suffix = ".sql"

    def keep(self, file: Path) -> None:
        self._call("pg_dump", "--no-owner", "--file", str(file))

    def fill(self, file: Path) -> None:
        self._call("psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", str(file))

    def _call(self, program: str, *words: str) -> None:
        command = [str(binary(program)), *words, "--dbname", self._url.replace("+psycopg2:", ":", 1)]
        environment = clean_environment(os.environ, "")
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)  # noqa: S603  a list, no shell
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise ServiceFailureError(
                f"{program} failed: {said[:200]}",
                details={"component": program, "exit_code": done.returncode, "tail": done.stderr[-2000:]},
            )
