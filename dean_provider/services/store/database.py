"""One database: how it is opened, read and written.

On SQLite a write transaction takes the write lock when it begins, so that it never fails half way for another writer, and commits are
durable (WAL, synchronous FULL). On PostgreSQL the defaults are right; writers lock the rows they decide on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, CursorResult, Engine, Result, Table, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from dean_provider.errors import InvalidConfigurationError

__all__ = ["Database", "rows_of", "table_of"]

_BUSY_MILLISECONDS = 30_000
_SUPPORTED = ("sqlite", "postgresql")


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in _SUPPORTED:
        raise InvalidConfigurationError(
            "The database URL cannot be used.",
            details={"field": "database_url", "rule": "sqlite:///path/to/file.db or postgresql://user:password@host/database"},
            suggestions=["Leave it out to use a SQLite file."],
        )
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise InvalidConfigurationError(
            "The database must be a file: an in-memory one would forget everything at a stop.",
            details={"field": "database_url", "rule": "sqlite:///path/to/file.db"},
        )
    return parsed


def _open_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MILLISECONDS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def table_of(row: type[DeclarativeBase]) -> Table:
    """The table behind a mapped class, for statements that need none of what the mapping does."""
    return cast("Table", row.__table__)


def rows_of(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", result).rowcount


class Database:
    """Sessions on one database; safe to share between threads.

    :param url: SQLite file or PostgreSQL.
    :raises InvalidConfigurationError: for any other URL.
    """

    def __init__(self, url: str) -> None:
        parsed = _checked(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.url = parsed
        options: dict[str, Any] = {"pool_size": 20, "max_overflow": 40, "pool_pre_ping": not self.is_sqlite}
        if self.is_sqlite:
            Path(str(parsed.database)).expanduser().resolve().parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"check_same_thread": False, "timeout": _BUSY_MILLISECONDS / 1000}
        self.engine = create_engine(parsed, **options)
        if self.is_sqlite:
            _open_sqlite(self.engine)
        self._writing = self.engine.execution_options(writes=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits when the block ends, and is undone when it raises."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
