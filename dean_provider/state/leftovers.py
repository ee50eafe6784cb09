"""XComs in which tasks left what they could not tell the record, and no later task of their run could either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

__all__ = ["Leftover", "leftovers", "remove"]


@dataclass(frozen=True)
class Leftover:
    """An XCom, and whose it is."""

    dag_run_id: int
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str
    value: Any


def _table() -> Any:
    from airflow.models.xcom import XComModel  # noqa: PLC0415 - Airflow's models only where they are needed

    return XComModel.__table__


def leftovers(session: Session, key: str, limit: int = 100) -> list[Leftover]:
    """The oldest XComs under ``key``."""
    table = _table()
    columns = [table.c[name] for name in Leftover.__dataclass_fields__]
    rows = session.execute(select(*columns).where(table.c.key == key).order_by(table.c.timestamp).limit(limit)).mappings()
    return [Leftover(**row) for row in rows]


def remove(session: Session, leftover: Leftover) -> None:
    """Remove an XCom, once what it held is on record."""
    table = _table()
    key = ("dag_run_id", "task_id", "map_index", "key")
    session.execute(delete(table).where(*(table.c[name] == getattr(leftover, name) for name in key)))
