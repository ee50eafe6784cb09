"""Statements that SQLite and PostgreSQL both know, but SQLAlchemy only by dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

__all__ = ["insert_new", "replace_all", "rows_of", "table_of"]


def table_of(row: type[DeclarativeBase]) -> Table:
    """The table behind a mapped class, for statements that need none of what the mapping does."""
    return cast("Table", row.__table__)


def rows_of(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", result).rowcount


def insert_new(session: Session, row: type[DeclarativeBase], values: Mapping[str, Any]) -> None:
    """Insert a row unless there is one with its key; waits for another transaction that is about to."""
    session.execute(_insert(session)(table_of(row)).values(**values).on_conflict_do_nothing())


def replace_all(session: Session, row: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each in place of one with its key. No two of them have the same."""
    if not rows:
        return
    table = table_of(row)
    statement = _insert(session)(table)
    keys = [column.name for column in table.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), [dict(one) for one in rows])


def _insert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
