"""Reading long chains piece by piece, each piece in a short transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, WorkflowRow

__all__ = ["CHUNK", "Progress", "Sessions", "chunks", "count_events", "workflow_ids"]

Sessions = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends: Airflow's ``create_session``."""

Progress = Callable[[int], None]
"""Told how many more events are done."""

CHUNK = 1000
_events = table_of(EventRow)
_workflows = table_of(WorkflowRow)


def chunks(sessions: Sessions, workflow_id: UUID, after: int = 0, until: int | None = None) -> Iterator[list[RowMapping]]:
    """The rows of a workflow's events in the order of their sequences, a thousand at a time."""
    while True:
        conditions = [_events.c.workflow_id == workflow_id, _events.c.sequence > after]
        conditions += [] if until is None else [_events.c.sequence <= until]
        with sessions() as session:
            statement = select(_events).where(*conditions).order_by(_events.c.sequence).limit(CHUNK)
            rows = list(session.execute(statement).mappings())
        if rows:
            yield rows
            after = rows[-1]["sequence"]
        if len(rows) < CHUNK:
            return


def count_events(sessions: Sessions, ids: Sequence[UUID] = ()) -> int:
    """About how many events there are, as the executions' rows say.

    :param ids: in these workflows; in all unless given.
    """
    statement = select(func.coalesce(func.sum(_workflows.c.sequence), 0))
    with sessions() as session:
        if not ids:
            return int(session.execute(statement).scalar_one())
        parts = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        return sum(int(session.execute(statement.where(_workflows.c.id.in_(part))).scalar_one()) for part in parts)


def workflow_ids(sessions: Sessions) -> Iterator[UUID]:
    """Every workflow that has a row or an event, by id: neither table is believed alone."""
    last: UUID | None = None
    while True:
        with sessions() as session:
            found = [
                session.execute(select(column).where(*([] if last is None else [column > last])).order_by(column).limit(1)).scalar()
                for column in (_workflows.c.id, _events.c.workflow_id)
            ]
        present = [one for one in found if one is not None]
        if not present:
            return
        last = min(present)
        yield last
