"""Appending to the record: the one way in which anything is written.

An append takes the workflow's next sequence before it reads anything, which locks the row on PostgreSQL and the database on SQLite until
the caller commits. So sequences have no gap, two writers never see the same head, and events, figures and projection change together.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.workflow import WorkflowOpened
from dean_provider.contract.workflow import SYSTEM, TRIAL, Head, Origin, Recorded
from dean_provider.errors import (
    ConflictError,
    DeanError,
    InvalidConfigurationError,
    LimitExceededError,
    NotFoundError,
    PermissionDeniedError,
)
from dean_provider.state import commits
from dean_provider.state.canonical import dumps, loads
from dean_provider.state.chain import Place, link
from dean_provider.state.facts import Prepared, prepared
from dean_provider.state.folded import State
from dean_provider.state.signing import Keys, installed_keys
from dean_provider.state.statements import insert_new, table_of
from dean_provider.state.tables import EventRow, InstallationRow
from dean_provider.state.writing import Writer, take
from dean_provider.telemetry.recording import count_when_kept

__all__ = ["append", "append_system", "refusal", "system_workflow_id"]

RECORDER = Actor(kind=ActorKind.SYSTEM, name="record")
_events = table_of(EventRow)
_KNOWN = select(_events.c.canonical).where(
    _events.c.workflow_id == bindparam("workflow_id"), _events.c.idempotency_key.in_(bindparam("keys", expanding=True))
)


def append(
    session: Session,
    workflow_id: UUID,
    facts: Sequence[ReportedFact],
    *,
    actor: Actor,
    origin: Origin | None = None,
    workflow_type: str = TRIAL,
    opens: bool = True,
    correlation_id: str | None = None,
    now: datetime | None = None,
    keys: Keys | None = None,
) -> Recorded:
    """Record ``facts`` in their order, those that are recorded already left out. Nothing is kept unless the caller commits.

    :param session: of Airflow's; nothing is committed here. On SQLite a busy database is the caller's to try again.
    :param origin: whose execution it is; the first append with one opens the record, if ``opens``.
    :param workflow_type: what ``origin`` opens; of an execution that is open it must be the type.
    :param now: when it is recorded; the clock's unless given.
    :param keys: sign the hashes; those of ``[dean] audit_key`` unless given.
    :raises InvalidConfigurationError: for a fact that is not what its type and version promise.
    :raises LimitExceededError: for one that is too large or too deep.
    :raises NotFoundError: without a record and without an origin that could open one.
    :raises PermissionDeniedError: when the record belongs to another origin, or to the installation, or is of another type.
    :raises ConflictError: when a key is taken by a different fact.
    """
    start = time.perf_counter()
    told, instant = [_told(fact) for fact in facts], now or datetime.now(timezone.utc)
    if origin is not None and workflow_type == SYSTEM:
        raise PermissionDeniedError("No DAG run owns the installation's own record.", details={"workflow_id": str(workflow_id)})
    owned = origin is not None or workflow_type == SYSTEM
    opener = _opener(workflow_type, origin) if owned and opens else None
    before = take(session, workflow_id, len(told), opens=opener is not None)
    if before is None:
        raise NotFoundError(f"There is no record of {workflow_id}.", details={"workflow_id": str(workflow_id)})
    _same_origin(before, origin)
    if owned:
        _same_type(before, workflow_type)
    new, known = _new_facts(session, workflow_id, told)
    writer = Writer(before, keys := keys or installed_keys())
    opening = [(opener, RECORDER)] if opener is not None and before.sequence == 0 else []
    for fact, teller in [*opening, *((fact, actor) for fact in new)]:
        place = Place(workflow_id, writer.state.sequence + 1, writer.state.head_hash)
        writer.add(link(fact, place, actor=teller, correlation_id=correlation_id, now=instant, keys=keys))
    writer.write(session)
    if writer.state.sequence > before.sequence:
        commits.note(session, workflow_id)
    count_when_kept(session, [fact.told for fact in new], start)
    after = writer.state
    return Recorded(recorded=len(new), known=known, generation=after.complete_to, head=Head(sequence=after.sequence, hash=after.head_hash))


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


def refusal(fact: ReportedFact) -> DeanError | None:
    """Why no record takes ``fact``, whoever tells it; ``None`` when one may."""
    try:
        _told(fact)
    except (InvalidConfigurationError, LimitExceededError) as error:
        return error
    return None


def _told(fact: ReportedFact) -> Prepared:
    if fact.event_type == WorkflowOpened.event_type:
        problem = {"field": "event_type", "value": fact.event_type, "rule": "is written by the record itself"}
        raise InvalidConfigurationError("Whose an execution is cannot be told.", details={"problems": [problem]})
    return prepared(fact)


def _opener(workflow_type: str, origin: Origin | None) -> Prepared:
    return prepared(ReportedFact.of(WorkflowOpened(workflow_type=workflow_type, **(origin.model_dump() if origin else {}))))


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


def _same_type(state: State, workflow_type: str) -> None:
    if state.sequence and state.workflow_type != workflow_type:
        raise PermissionDeniedError(
            f"The record is that of a {state.workflow_type}, and what is told is of a {workflow_type}.",
            details={"workflow_id": str(state.id), "field": "workflow_type", "value": workflow_type, "rule": state.workflow_type},
            suggestions=["An execution keeps the type it was opened with: tell it under that, or under an id of its own."],
        )


def _new_facts(session: Session, workflow_id: UUID, told: Sequence[Prepared]) -> tuple[list[Prepared], int]:
    """The facts that are not recorded yet, each once, and how many of ``told`` are none."""
    recorded = _recorded(session, workflow_id, [fact.told.idempotency_key for fact in told])
    new: list[Prepared] = []
    for fact in told:
        key = fact.told.idempotency_key
        if key not in recorded:
            recorded[key] = fact.content
            new.append(fact)
        elif recorded[key] != fact.content:
            raise ConflictError(
                f"Another fact is recorded under the key {key!r}.",
                details={"workflow_id": str(workflow_id), "idempotency_key": key, "event_type": fact.told.event_type},
            )
    return new, len(told) - len(new)


def _recorded(session: Session, workflow_id: UUID, keys: Sequence[str]) -> dict[str, tuple[str, int, str]]:
    """What is recorded under each of ``keys``."""
    found = {}
    for (canonical,) in session.connection().execute(_KNOWN, {"workflow_id": workflow_id, "keys": keys}):
        body = loads(canonical)
        found[body["idempotency_key"]] = (body["event_type"], body["schema_version"], dumps(body["details"]))
    return found
