"""One Evolution API per database: two would both move the same trials."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from structlog import get_logger

from dean_provider.errors import ConflictError, ConnectionFailedError
from dean_provider.services.store.database import Database

__all__ = ["Ownership"]

_log = get_logger(__name__)
_POLL_SECONDS = 0.1


class Ownership:
    """A lock that the operating system, or PostgreSQL, gives up when its holder dies.

    :param patience_seconds: how long to wait for a holder that is just stopping.
    """

    def __init__(self, database: Database, name: str, patience_seconds: float = 10, sleep: Callable[[float], None] = time.sleep) -> None:
        self.database = database
        self.name = name
        self.patience_seconds = patience_seconds
        self.sleep = sleep
        self._file: int | None = None
        self._connection: Connection | None = None

    def _try_file(self) -> bool:
        path = f"{self.database.url.database}.{self.name}.lock"
        if self._file is None:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _try_advisory(self) -> bool:
        key = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:8], "big", signed=True)
        if self._connection is None:
            self._connection = self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return bool(self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())

    def _attempt(self) -> bool:
        try:
            return self._try_file() if self.database.is_sqlite else self._try_advisory()
        except (DBAPIError, OSError) as error:
            self.release()
            why = error.orig if isinstance(error, DBAPIError) else error.strerror
            raise ConnectionFailedError(
                f"The database cannot be used: {' '.join(str(why).split())[:200]}", suggestions=["Look at DEAN_EVOLUTION_DATABASE_URL."]
            ) from None

    def take(self) -> None:
        """Become the owner.

        Taking what is held already changes nothing.

        :raises ConflictError: when another process stays the owner.
        :raises ConnectionFailedError: the database cannot be reached.
        """
        deadline = time.monotonic() + self.patience_seconds
        while not self._attempt():
            if time.monotonic() >= deadline:
                self.release()
                raise ConflictError(
                    "Another Evolution API already works on this database.",
                    suggestions=["Stop it first, or give this one a database of its own."],
                )
            self.sleep(_POLL_SECONDS)

    def keep(self) -> bool:
        """Whether nobody else is the owner; asked from time to time, by one thread.

        PostgreSQL forgets the lock when its connection ends. It is taken again when the database is back and nobody else has it.
        """
        if self.database.is_sqlite:
            return True
        try:
            if self._connection is not None and not self._connection.invalidated:
                self._connection.execute(text("SELECT 1"))
                return True
        except DBAPIError:
            _log.warning("the lock on the database is lost; it is taken again")
        self._drop()
        try:
            return self._try_advisory()
        except DBAPIError:  # away: for others as well
            self._drop()
            return True

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def release(self) -> None:
        """Give it up; harmless when not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._drop()
