"""Appending to the record: the one way in which anything is written.

An append takes the workflow's next sequence before it reads anything, which locks the row on PostgreSQL and the database on SQLite until
the caller commits. So sequences have no gap, two writers never see the same head, and events, figures and projection change together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, Event, ReportedFact
from dean_provider.contract.events.workflow import WorkflowOpened
from dean_provider.contract.workflow import SYSTEM, TRIAL, Head, Origin, Recorded
from dean_provider.errors import ConflictError, NotFoundError, PermissionDeniedError
from dean_provider.state.canonical import dumps, loads
from dean_provider.state.chain import Link, link, row_of
from dean_provider.state.facts import canonical_details, prepared
from dean_provider.state.folded import State, changes_of, columns_of, from_columns, opening, to_document
from dean_provider.state.generations import generation_rows
from dean_provider.state.projection import fold
from dean_provider.state.signing import Keys, installed_keys
from dean_provider.state.statements import insert_new, replace_all, table_of
from dean_provider.state.tables import EventRow, GenerationRow, InstallationRow, LabelRow, SnapshotRow, WorkflowRow

__all__ = ["SNAPSHOT_EVERY", "append", "append_system", "system_workflow_id"]

SNAPSHOT_EVERY = 1000
RECORDER = Actor(kind=ActorKind.SYSTEM, name="record")
_workflows = table_of(WorkflowRow)
_events = table_of(EventRow)


def append(
    session: Session,
    workflow_id: UUID,
    facts: Sequence[ReportedFact],
    *,
    actor: Actor,
    origin: Origin | None = None,
    workflow_type: str = TRIAL,
    correlation_id: str | None = None,
    now: datetime | None = None,
    keys: Keys | None = None,
) -> Recorded:
    """Record ``facts`` in their order, those that are recorded already left out. Nothing is kept unless the caller commits.

    :param session: of Airflow's; nothing is committed here. On SQLite a busy database is the caller's to try again.
    :param origin: whose execution it is; the first append with one opens the record.
    :param now: when it is recorded; the clock's unless given.
    :param keys: sign the hashes; those of ``[dean] audit_key`` unless given.
    :raises InvalidConfigurationError: for a fact that is not what its type and version promise.
    :raises LimitExceededError: for one that is too large or too deep.
    :raises NotFoundError: without a record and without an origin that could open one.
    :raises PermissionDeniedError: when the record belongs to another origin.
    :raises ConflictError: when a key is taken by a different fact.
    """
    told = [prepared(fact) for fact in facts]
    opener = _opener(workflow_type, origin) if origin is not None or workflow_type == SYSTEM else None
    instant = now or datetime.now(timezone.utc)
    state = _take(session, workflow_id, len(told), opener, instant)
    _same_origin(state, origin)
    new, known = _new_facts(session, workflow_id, told)
    if state.sequence == 0 and opener is not None:
        new.insert(0, opener)
    writer = _Writer(state, correlation_id, instant, keys or installed_keys())
    for fact in new:
        writer.add(fact, RECORDER if fact is opener else actor)
    writer.write(session, state)
    opened = 1 if state.sequence == 0 else 0
    after = writer.state
    head = Head(sequence=after.sequence, hash=after.head_hash)
    return Recorded(recorded=len(new) - opened, known=known, generation=after.complete_to, head=head)


def append_system(
    session: Session,
    facts: Sequence[ReportedFact],
    *,
    actor: Actor,
    correlation_id: str | None = None,
    now: datetime | None = None,
    keys: Keys | None = None,
) -> Recorded:
    """Record what happened to the installation rather than to a trial; as :func:`append`."""
    workflow_id = system_workflow_id(session)
    return append(session, workflow_id, facts, actor=actor, workflow_type=SYSTEM, correlation_id=correlation_id, now=now, keys=keys)


def system_workflow_id(session: Session) -> UUID:
    """The id of this database's own ``system`` workflow, drawn when it is asked for the first time."""
    statement = select(InstallationRow.system_workflow_id).where(InstallationRow.number == 1)
    found = session.execute(statement).scalar()
    if found is None:
        insert_new(session, InstallationRow, {"number": 1, "system_workflow_id": uuid4()})
        found = session.execute(statement).scalar_one()
    return found


def _opener(workflow_type: str, origin: Origin | None) -> ReportedFact:
    return ReportedFact.of(WorkflowOpened(workflow_type=workflow_type, **(origin.model_dump() if origin else {})))


def _take(session: Session, workflow_id: UUID, count: int, opener: ReportedFact | None, now: datetime) -> State:
    """Lock the workflow by taking its next sequences; its state as it was before."""
    statement = (
        update(_workflows).where(_workflows.c.id == workflow_id).values(sequence=_workflows.c.sequence + count).returning(_workflows)
    )
    row = session.execute(statement).mappings().one_or_none()
    if row is None and opener is not None:
        insert_new(session, WorkflowRow, columns_of(opening(workflow_id, now)))
        row = session.execute(statement).mappings().one()
    if row is None:
        raise NotFoundError(f"There is no record of {workflow_id}.", details={"workflow_id": str(workflow_id)})
    return from_columns({**row, "sequence": row["sequence"] - count})


def _same_origin(state: State, origin: Origin | None) -> None:
    if origin is None or state.sequence == 0:
        return
    if (state.dag_id, state.run_id, state.task_group, state.map_index) != (
        origin.dag_id,
        origin.run_id,
        origin.task_group,
        origin.map_index,
    ):
        raise PermissionDeniedError(
            "The record belongs to another DAG run, task group or mapped index.", details={"workflow_id": str(state.id)}
        )


def _new_facts(session: Session, workflow_id: UUID, told: Sequence[ReportedFact]) -> tuple[list[ReportedFact], int]:
    """The facts that are not recorded yet, each once, and how many of ``told`` are none."""
    recorded = _recorded(session, workflow_id, [fact.idempotency_key for fact in told])
    new: list[ReportedFact] = []
    for fact in told:
        content = _content(fact.event_type, fact.schema_version, fact.details)
        if fact.idempotency_key not in recorded:
            recorded[fact.idempotency_key] = content
            new.append(fact)
        elif recorded[fact.idempotency_key] != content:
            raise ConflictError(
                f"Another fact is recorded under the key {fact.idempotency_key!r}.",
                details={"workflow_id": str(workflow_id), "idempotency_key": fact.idempotency_key, "event_type": fact.event_type},
            )
    return new, len(told) - len(new)


def _recorded(session: Session, workflow_id: UUID, keys: Sequence[str]) -> dict[str, str]:
    """What is recorded under each of ``keys``."""
    statement = select(_events.c.canonical).where(_events.c.workflow_id == workflow_id, _events.c.idempotency_key.in_(keys))
    found = {}
    for (canonical,) in session.execute(statement):
        body = loads(canonical)
        found[body["idempotency_key"]] = _content(body["event_type"], body["schema_version"], body["details"])
    return found


def _content(event_type: str, version: int, details: dict[str, Any]) -> str:
    return f"{event_type} {version} {canonical_details(details)}"


class _Writer:
    """Chains and folds one event after another, then writes them all."""

    def __init__(self, state: State, correlation_id: str | None, now: datetime, keys: Keys) -> None:
        self.state = state
        self._correlation_id, self._now, self._keys = correlation_id, now, keys
        self._links: list[Link] = []
        self._snapshots: list[dict[str, Any]] = []

    def add(self, fact: ReportedFact, actor: Actor) -> None:
        """Make ``fact`` the next event."""
        one = link(
            fact,
            workflow_id=self.state.id,
            sequence=self.state.sequence + 1,
            previous_hash=self.state.head_hash,
            actor=actor,
            correlation_id=self._correlation_id,
            now=self._now,
            keys=self._keys,
        )
        self._links.append(one)
        self.state = fold(self.state, one.event)
        if self.state.sequence % SNAPSHOT_EVERY == 0:
            self._snapshots.append(snapshot_row(self.state, self._keys))

    def write(self, session: Session, before: State) -> None:
        """Write everything, and the row's sequence as it is now: fewer may be new than were taken."""
        if self._links:
            session.execute(insert(_events), [row_of(one) for one in self._links])
        events: list[Event] = [one.event for one in self._links]
        changed = {**changes_of(before, self.state), "sequence": self.state.sequence}
        session.execute(update(_workflows).where(_workflows.c.id == before.id).values(**changed))
        replace_all(session, GenerationRow, generation_rows(events))
        replace_all(session, SnapshotRow, self._snapshots)
        if "labels" in changed:
            write_labels(session, self.state)


def snapshot_row(state: State, keys: Keys) -> dict[str, Any]:
    """The columns of a snapshot; its seal covers its workflow, its place and all that is in it."""
    document = to_document(state)
    sealed = {"workflow_id": str(state.id), "sequence": state.sequence, "head_hash": state.head_hash, "state": document}
    return {**sealed, "workflow_id": state.id, "seal": keys.seal(dumps(sealed))}


def write_labels(session: Session, state: State) -> None:
    """Make the label rows those of ``state``."""
    session.execute(delete(LabelRow).where(LabelRow.workflow_id == state.id))
    replace_all(session, LabelRow, [{"workflow_id": state.id, "key": key, "value": value} for key, value in state.labels.items()])
