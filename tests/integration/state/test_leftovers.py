"""XComs that tasks left, in Airflow's own columns on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.models.xcom import XComModel
from sqlalchemy import Column, Engine, MetaData, Table, insert
from sqlalchemy.orm import Session

from dean_provider.state.leftovers import LONGEST, Leftover, leftovers, remove, value_of

pytestmark = pytest.mark.integration
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
VALUES = ("text", {"a": ["dictionary"]}, 'x"' * LONGEST, None, "[[")


@pytest.fixture
def session(empty: Engine) -> Any:
    """On a database with XComs of two keys, each value under both, two of them of the same instant."""
    columns = XComModel.__table__.columns
    table = Table("xcom", MetaData(), *(Column(one.name, one.type, primary_key=one.primary_key) for one in columns))
    table.create(empty)
    with Session(empty) as opened:
        for number, value in enumerate(VALUES):
            row = {"dag_run_id": 1, "dag_id": "dag", "run_id": "run", "task_id": f"t{number}", "map_index": -1, "value": value}
            for key in ("ours", "another"):
                opened.execute(insert(table).values(**row, key=key, timestamp=NOW + timedelta(microseconds=number // 2)))
        opened.commit()
        yield opened


def test_they_are_paged_through_oldest_first_and_read_and_removed_one_by_one(session: Session) -> None:
    found: list[Leftover] = []
    while page := leftovers(session, "ours", after=found[-1] if found else None, limit=2):
        assert len(page) <= 2
        found += page
    assert [one.task_id for one in found] == ["t0", "t1", "t2", "t3", "t4"]
    assert [value_of(session, one) for one in found] == ["text", {"a": ["dictionary"]}, None, None, "[["], "what is too long is not read"
    written_anew = Leftover(**{**vars(found[0]), "timestamp": NOW - timedelta(seconds=1)})
    remove(session, written_anew)
    assert value_of(session, written_anew) is None
    remove(session, found[1])
    assert leftovers(session, "ours") == [found[0], *found[2:]]
    assert len(leftovers(session, "another")) == 5
