"""A service brings its own tables up to date when it starts.

Alembic is imported only when there is something to do: a service that restarts on a current database starts faster.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from dean_provider.services.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["migrate"]

_LOCK_KEY = 0x6465616E  # "dean": services that start at once on one PostgreSQL migrate one after another


def _location(package: str) -> Path:
    return Path(str(files(package) / "migrations"))


def version_table(package: str) -> str:
    """Both services may share one database: each has its own version table."""
    return f"{package.rsplit('.', 1)[-1]}_version"


def _head(location: Path) -> str:
    """The newest revision by file name: they are numbered."""
    return max(path.stem for path in (location / "versions").glob("[0-9]*.py")).split("_")[0]


def alembic_config(package: str, connection: Connection) -> Config:
    """Alembic's configuration for one service on an open connection."""
    from alembic.config import Config  # noqa: PLC0415  seldom needed at a start

    config = Config()
    config.set_main_option("script_location", str(_location(package)).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table(package)
    return config


def current_revision(package: str, connection: Connection) -> str | None:
    """Where the database stands; ``None`` before the first migration."""
    table = version_table(package)
    if not inspect(connection).has_table(table):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608  our own name
    return found


def migrate(database: Database, package: str) -> None:
    """Apply the migrations of the service in ``package`` that the database lacks."""
    head = _head(_location(package))
    with database.engine.connect() as connection:
        if current_revision(package, connection) == head:
            return
    from alembic import command  # noqa: PLC0415  seldom needed at a start

    with database.engine.execution_options(writes=True).begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        command.upgrade(alembic_config(package, connection), "head")
