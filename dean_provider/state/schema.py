"""Whether the database holds our tables as this version knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

__all__ = ["HEAD", "VERSION_TABLE", "ready", "revision"]

VERSION_TABLE = "alembic_version_dean"
HEAD = max(path.stem for path in (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")).split("_")[0]
_seen: set[Any] = set()


def revision(session: Session) -> str | None:
    """The revision of our tables; None where ``airflow db migrate`` has not made them."""
    connection = session.connection()
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    return found


def ready(session: Session) -> bool:
    """Whether ``airflow db migrate`` has made our tables for this version. Once it has, nobody looks again."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    if engine.url not in _seen and revision(session) == HEAD:
        _seen.add(engine.url)
    return engine.url in _seen
