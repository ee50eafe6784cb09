"""How events get into the database: a locked workflow, and everything that follows from new links written at once."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Update, bindparam, delete, insert, update
from sqlalchemy.orm import Session

from dean_provider.state.alert_rows import write_alerts
from dean_provider.state.canonical import dumps
from dean_provider.state.chain import Link, row_of
from dean_provider.state.folded import State, changes_of, columns_of, from_columns, opening, to_document
from dean_provider.state.generations import generation_rows
from dean_provider.state.projection import step
from dean_provider.state.signing import Keys
from dean_provider.state.statements import insert_new, replace_all, table_of
from dean_provider.state.tables import EventRow, GenerationRow, LabelRow, SnapshotRow, WorkflowRow

__all__ = ["SNAPSHOT_EVERY", "Writer", "sealed_text", "snapshot_row", "take", "write_labels"]

SNAPSHOT_EVERY = 1000
_workflows = table_of(WorkflowRow)
_TAKE = (
    update(_workflows)
    .where(_workflows.c.id == bindparam("taken"))
    .values(sequence=_workflows.c.sequence + bindparam("count"))
    .returning(_workflows)
)
_INSERT = insert(table_of(EventRow))


def take(session: Session, workflow_id: UUID, count: int, *, opens: bool) -> State | None:
    """Lock a workflow by taking its next ``count`` sequences, before anything is read.

    :param opens: whether a row is made for it where there is none.
    :returns: its state as it was before; None when there is none.
    """
    connection, wanted = session.connection(), {"taken": workflow_id, "count": count}
    row = connection.execute(_TAKE, wanted).mappings().one_or_none()
    if row is None and opens:
        insert_new(session, WorkflowRow, columns_of(opening(workflow_id)))
        row = connection.execute(_TAKE, wanted).mappings().one()
    return None if row is None else from_columns({**row, "sequence": row["sequence"] - count})


class Writer:
    """Folds one link after another into a state that was taken, then writes them all."""

    def __init__(self, state: State, keys: Keys) -> None:
        self.before = self.state = state
        self._keys = keys
        self._links: list[Link] = []
        self._snapshots: list[dict[str, Any]] = []

    def add(self, one: Link) -> None:
        """Make ``one`` the next event."""
        self._links.append(one)
        self.state = step(self.state, one.event, one.fact)
        if self.state.sequence % SNAPSHOT_EVERY == 0:
            self._snapshots.append(snapshot_row(self.state, self._keys))

    def write(self, session: Session) -> None:
        """Write everything, and the row's sequence as it is now: fewer may be new than were taken."""
        connection = session.connection()
        if self._links:
            connection.execute(_INSERT, [row_of(one) for one in self._links])
        changed = {**changes_of(self.before, self.state), "sequence": self.state.sequence}
        connection.execute(_change(tuple(changed)), {"taken": self.state.id, **{f"new_{name}": value for name, value in changed.items()}})
        replace_all(session, GenerationRow, generation_rows((one.event, one.fact) for one in self._links))
        replace_all(session, SnapshotRow, self._snapshots)
        write_alerts(session, self.state.id, ((one.event, one.fact) for one in self._links))
        if "labels" in changed:
            write_labels(session, self.state)


@cache
def _change(names: tuple[str, ...]) -> Update:
    """A statement that gives columns new values; a trial's generations change the same ones again and again."""
    return update(_workflows).where(_workflows.c.id == bindparam("taken")).values({name: bindparam(f"new_{name}") for name in names})


def snapshot_row(state: State, keys: Keys) -> dict[str, Any]:
    """The columns of a snapshot; its seal covers its workflow, its place and all that is in it."""
    row = {"workflow_id": state.id, "sequence": state.sequence, "head_hash": state.head_hash, "state": to_document(state)}
    return {**row, "seal": keys.seal(sealed_text(row))}


def sealed_text(snapshot: dict[str, Any]) -> str:
    """What the seal of a snapshot covers."""
    return dumps({**{name: snapshot[name] for name in ("sequence", "head_hash", "state")}, "workflow_id": str(snapshot["workflow_id"])})


def write_labels(session: Session, state: State) -> None:
    """Make the label rows those of ``state``."""
    session.execute(delete(LabelRow).where(LabelRow.workflow_id == state.id))
    replace_all(session, LabelRow, [{"workflow_id": state.id, "key": key, "value": value} for key, value in state.labels.items()])
