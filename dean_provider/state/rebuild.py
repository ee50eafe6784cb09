"""Making the projection again from the events, and what it was at any time.

Most of it happens without a lock, in short transactions: events never change, so what follows from them may be written twice. The row is
locked only for the events that were appended meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, delete, func, or_, select, update
from sqlalchemy.orm import Session

from dean_provider.contract.events import Event
from dean_provider.errors import ConflictError, NotFoundError
from dean_provider.state.alert_rows import AlertRows
from dean_provider.state.chain import event_of
from dean_provider.state.facts import known_fact
from dean_provider.state.folded import State, columns_of, from_document, opening
from dean_provider.state.folding.trial import MAX_RUNS
from dean_provider.state.generations import generation_rows
from dean_provider.state.projection import fold, step
from dean_provider.state.signing import Keys, Verdict
from dean_provider.state.statements import insert_new, replace_all, rows_of, table_of
from dean_provider.state.stream import Progress, Sessions, chunks
from dean_provider.state.tables import EventRow, GenerationRow, LabelRow, SnapshotRow, WorkflowRow
from dean_provider.state.writing import SNAPSHOT_EVERY, sealed_text, snapshot_row, write_labels

__all__ = ["Rebuilt", "rebuild", "state_at"]

_workflows = table_of(WorkflowRow)
_events = table_of(EventRow)
_generations = table_of(GenerationRow)
_snapshots = table_of(SnapshotRow)


@dataclass
class Rebuilt:
    """What a rebuild found and changed.

    :param columns: of the execution's row that were not what the events say.
    :param generations: rows of figures that were missing, wrong or too many.
    :param snapshots: the same of snapshots.
    :param alerts: the same of incidents and silences.
    """

    workflow_id: UUID
    events: int = 0
    columns: list[str] = field(default_factory=list)
    generations: int = 0
    snapshots: int = 0
    alerts: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was not what the events say."""
        return bool(self.columns or self.generations or self.snapshots or self.alerts)


def state_at(session: Session, workflow_id: UUID, sequence: int) -> State:
    """What the events up to ``sequence`` say, from the nearest snapshot on.

    :raises NotFoundError: when the workflow has no event.
    """
    conditions = [_snapshots.c.workflow_id == workflow_id, _snapshots.c.sequence <= sequence]
    latest = select(_snapshots.c.state).where(*conditions).order_by(_snapshots.c.sequence.desc()).limit(1)
    document = session.execute(latest).scalar()
    state = opening(workflow_id) if document is None else from_document(document)
    for event in _events_between(session, workflow_id, state.sequence, sequence):
        state = fold(state, event)
    if state.sequence == 0:
        raise NotFoundError(f"There is no record of {workflow_id}.", details={"workflow_id": str(workflow_id)})
    return state


def rebuild(sessions: Sessions, workflow_id: UUID, *, keys: Keys, force: bool = False, on_progress: Progress = lambda _: None) -> Rebuilt:
    """Fold a workflow's events from the first and make its rows what comes out.

    :param force: even though events are not what their hashes cover, or the row knows of a later or another end of the chain, which then
        is forgotten.
    :raises ConflictError: when that is so, and ``force`` was not given.
    :raises NotFoundError: when the workflow has no event.
    """
    done = Rebuilt(workflow_id)
    _make_row(sessions, done)
    state, alerts = opening(workflow_id), AlertRows()
    for rows in chunks(sessions, workflow_id):
        events = [_event(row, keys, force=force) for row in rows]
        told = [(event, known_fact(event.event_type, event.schema_version, event.details)) for event in events]
        snapshots = []
        for event, fact in told:
            state = step(state, event, fact)
            alerts.fold(event, fact)
            if state.sequence % SNAPSHOT_EVERY == 0:
                snapshots.append(snapshot_row(state, keys))
        with sessions() as session:
            done.generations += _mend_generations(session, workflow_id, generation_rows(told))
            done.snapshots += _mend_snapshots(session, snapshots, keys)
        on_progress(len(events))
        done.events += len(events)
    with sessions() as session:
        _finish(session, state, alerts, done, force=force)
    return done


def _event(row: RowMapping, keys: Keys, *, force: bool) -> Event:
    """The event of a row. What somebody has changed is not made the state of anything."""
    if not force and keys.judge(row["canonical"], row["hash"]) is Verdict.WRONG:
        raise ConflictError(
            f"Event {row['sequence']} of {row['workflow_id']} is not what its hash covers.",
            details={"workflow_id": str(row["workflow_id"]), "sequence": row["sequence"]},
            suggestions=[f"dean audit verify --workflow {row['workflow_id']} says what is wrong; --force believes it all the same."],
        )
    return event_of(row["canonical"], row["hash"])


def _make_row(sessions: Sessions, done: Rebuilt) -> None:
    """Where the row is missing, one that appends can go on from; its columns follow at the end."""
    with sessions() as session:
        if session.execute(select(_workflows.c.id).where(_workflows.c.id == done.workflow_id)).first() is not None:
            return
        last = select(_events.c.sequence, _events.c.hash).where(_events.c.workflow_id == done.workflow_id)
        row = session.execute(last.order_by(_events.c.sequence.desc()).limit(1)).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no record of {done.workflow_id}.", details={"workflow_id": str(done.workflow_id)})
        blank = {**columns_of(opening(done.workflow_id)), "sequence": row.sequence, "head_hash": row.hash}
        insert_new(session, WorkflowRow, blank)


def _mend_generations(session: Session, workflow_id: UUID, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write figures where they are not there already; how many."""
    wanted = {row["generation"]: row for row in rows}
    conditions = [_generations.c.workflow_id == workflow_id, _generations.c.generation.in_(list(wanted))]
    there = {row["generation"]: dict(row) for row in session.execute(select(_generations).where(*conditions)).mappings()}
    wrong = [row for number, row in wanted.items() if there.get(number) != row]
    replace_all(session, GenerationRow, wrong)
    return len(wrong)


def _mend_snapshots(session: Session, wanted: list[dict[str, Any]], keys: Keys) -> int:
    wrong = [snapshot for snapshot in wanted if not _same_snapshot(session, snapshot, keys)]
    replace_all(session, SnapshotRow, wrong)
    return len(wrong)


def _same_snapshot(session: Session, wanted: Mapping[str, Any], keys: Keys) -> bool:
    place = [_snapshots.c[name] == wanted[name] for name in ("workflow_id", "sequence")]
    row = session.execute(select(_snapshots).where(*place)).mappings().one_or_none()
    if row is None or any(row[name] != wanted[name] for name in ("head_hash", "state")):
        return False
    return keys.vouch(sealed_text(dict(row)), row["seal"])


def _finish(session: Session, state: State, alerts: AlertRows, done: Rebuilt, *, force: bool) -> None:
    """Lock the row, fold what was appended meanwhile, and make it what the events say."""
    statement = update(_workflows).where(_workflows.c.id == state.id).values(sequence=_workflows.c.sequence).returning(_workflows)
    row = dict(session.execute(statement).mappings().one())
    late = list(_events_between(session, state.id, state.sequence, row["sequence"]))
    for event in late:
        fact = known_fact(event.event_type, event.schema_version, event.details)
        state = step(state, event, fact)
        alerts.fold(event, fact)
    done.events += len(late)
    if not force:
        _same_chain(session, state, row)
    wanted = columns_of(state)
    wrong = {name: value for name, value in wanted.items() if row[name] != value}
    if wrong:
        session.execute(update(_workflows).where(_workflows.c.id == state.id).values(**wrong))
    labels = session.execute(select(LabelRow.key, LabelRow.value).where(LabelRow.workflow_id == state.id)).all()
    if dict(tuple(label) for label in labels) != state.labels:
        write_labels(session, state)
        wrong["labels"] = state.labels
    done.columns = sorted(wrong)
    done.generations += _drop_generations(session, state)
    done.alerts = alerts.mend(session, state.id)
    extra = [_snapshots.c.workflow_id == state.id, or_(_snapshots.c.sequence > state.sequence, _snapshots.c.sequence % SNAPSHOT_EVERY != 0)]
    done.snapshots += rows_of(session.execute(delete(_snapshots).where(*extra)))


def _same_chain(session: Session, state: State, row: Mapping[str, Any]) -> None:
    """The end that the row knows of is in the chain: else a rebuild would hide that something was cut off or put in its place."""
    place = [_events.c.workflow_id == state.id, _events.c.sequence == row["sequence"]]
    known = session.execute(select(_events.c.hash).where(*place)).scalar()
    if row["sequence"] > 0 and known != row["head_hash"]:
        raise ConflictError(
            f"The row of {state.id} knows of another end than the events have.",
            details={"workflow_id": str(state.id), "row": row["sequence"], "events": state.sequence},
            suggestions=[f"dean audit verify --workflow {state.id} says what is wrong; --force forgets what the row knows."],
        )


def _drop_generations(session: Session, state: State) -> int:
    """Delete figures of generations that no event tells of."""
    column = _generations.c.generation
    if len(state.reached) == MAX_RUNS:  # those beyond are not known
        return 0
    told: list[ColumnElement[bool]] = [column.between(first, last) for first, last in state.reached]
    outside = [~or_(*told)] if told else []
    there = session.execute(select(func.count()).where(_generations.c.workflow_id == state.id, *outside)).scalar_one()
    if there:
        session.execute(delete(_generations).where(_generations.c.workflow_id == state.id, *outside))
    return int(there)


def _events_between(session: Session, workflow_id: UUID, after: int, until: int) -> Iterable[Event]:
    conditions = [_events.c.workflow_id == workflow_id, _events.c.sequence > after, _events.c.sequence <= until]
    statement = select(_events.c.canonical, _events.c.hash).where(*conditions).order_by(_events.c.sequence)
    for canonical, sealed in session.execute(statement, execution_options={"yield_per": 1000}):
        yield event_of(canonical, sealed)
