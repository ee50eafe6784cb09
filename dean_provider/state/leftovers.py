"""XComs in which tasks left what they could not tell the record, and no later task of their run could either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, func, literal, select, tuple_
from sqlalchemy.orm import Session

__all__ = ["LONGEST", "Leftover", "leftovers", "remove", "value_of"]

LONGEST = 2 * 2**20
"""Characters of an XCom that is read: twice a full backlog, were every character of it escaped."""

_ORDER = ("timestamp", "dag_run_id", "task_id", "map_index")


@dataclass(frozen=True)
class Leftover:
    """Which XCom, and whose it is.

    :param timestamp: when it was written; one that is written anew is another.
    """

    timestamp: datetime
    dag_run_id: int
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str


def _table() -> Any:
    from airflow.models.xcom import XComModel  # noqa: PLC0415 - Airflow's models only where they are needed

    return XComModel.__table__


def leftovers(session: Session, key: str, *, after: Leftover | None = None, limit: int = 100) -> list[Leftover]:
    """The oldest XComs under ``key``, without what they hold.

    :param after: only those after this one: the last of the page before.
    """
    table = _table()
    order = [table.c[name] for name in _ORDER]
    statement = select(*(table.c[name] for name in Leftover.__dataclass_fields__)).where(table.c.key == key)
    if after is not None:
        last = (literal(getattr(after, column.name), column.type) for column in order)
        statement = statement.where(tuple_(*order) > tuple_(*last))
    return [Leftover(**row) for row in session.execute(statement.order_by(*order).limit(limit)).mappings()]


def value_of(session: Session, leftover: Leftover) -> Any:
    """What an XCom holds; ``None`` when it is no more, or has more than :data:`LONGEST` characters."""
    table = _table()
    short = func.length(cast(table.c.value, Text)) <= LONGEST
    return session.execute(select(table.c.value).where(*_is(table, leftover), short)).scalar()


def remove(session: Session, leftover: Leftover) -> None:
    """Remove an XCom, once what it held is on record. One that was written since then stays."""
    table = _table()
    session.execute(delete(table).where(*_is(table, leftover)))


def _is(table: Any, leftover: Leftover) -> list[Any]:
    return [table.c[name] == getattr(leftover, name) for name in (*_ORDER, "key")]
