"""Statements that SQLite and PostgreSQL both know, but SQLAlchemy only by dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Result, Table, TextClause, bindparam, text
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
    session.connection().execute(_insert_new(row, tuple(values)), dict(values))


def replace_all(session: Session, row: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each in place of one with its key. No two of them have the same."""
    if len(rows) == 1:
        session.connection().execute(_replace_one(row), dict(rows[0]))
    elif rows:
        session.connection().execute(_replace_many(row, session.get_bind().dialect.name), [dict(one) for one in rows])


@cache
def _insert_new(row: type[DeclarativeBase], names: tuple[str, ...]) -> TextClause:
    return _insert_text(table_of(row), names, "DO NOTHING")


@cache
def _replace_one(row: type[DeclarativeBase]) -> TextClause:
    table = table_of(row)
    names, keys = [column.name for column in table.columns], [column.name for column in table.primary_key]
    rest = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return _insert_text(table, names, f"({', '.join(keys)}) DO UPDATE SET {rest}")


def _insert_text(table: Table, names: Sequence[str], conflict: str) -> TextClause:
    """As text, which is compiled once: SQLAlchemy compiles an insert with a conflict clause every time."""
    values = ", ".join(f":{name}" for name in names)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) ON CONFLICT {conflict}"  # noqa: S608 - our own names
    return text(statement).bindparams(*(bindparam(name, type_=table.columns[name].type) for name in names))


@cache
def _replace_many(row: type[DeclarativeBase], dialect: str) -> Any:
    table = table_of(row)
    statement = _insert(dialect)(table)
    keys = [column.name for column in table.primary_key]
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def _insert(dialect: str) -> Any:
    return postgresql.insert if dialect == "postgresql" else sqlite.insert
