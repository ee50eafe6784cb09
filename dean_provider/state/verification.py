"""Whether a chain is what was written: every event's hash, its place, its link to the one before, and the end of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from dean_provider.contract.events import Event
from dean_provider.contract.workflow import Head
from dean_provider.state.canonical import dumps, rounded
from dean_provider.state.chain import Link, event_of, row_of
from dean_provider.state.signing import Keys, Verdict, is_signed
from dean_provider.state.statements import table_of
from dean_provider.state.stream import CHUNK, Progress, Sessions, chunks
from dean_provider.state.tables import SnapshotRow, WorkflowRow
from dean_provider.state.writing import sealed_text

__all__ = ["Chain", "Fault", "FaultKind", "Stored", "Verified", "verify"]

_workflows = table_of(WorkflowRow)
_snapshots = table_of(SnapshotRow)


SOUND = (Verdict.PLAIN, Verdict.SIGNED)
REBUILD = "`dean state rebuild` makes it again from the events."


class FaultKind(str, Enum):
    """What is wrong with a chain."""

    CONTENT = "content changed"
    HASH = "hash changed"
    COPY = "copy changed"
    MISSING = "event missing"
    ORDER = "out of order"
    BROKEN = "link broken"
    UNSIGNED = "not signed"
    KEY = "key unknown"
    TAIL = "tail missing"
    HEAD = "head differs"
    ROW = "row missing"


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong.

    :param sequence: where.
    """

    kind: FaultKind
    sequence: int
    message: str


@dataclass(frozen=True)
class Verified:
    """What looking at one chain told.

    :param events: how many were looked at.
    :param signed: how many of them are signed with a key.
    :param unsigned: nothing of the chain is signed with a key.
    :param head: the end of the chain as it is; sequence 0 where there is none.
    :param fault: the first thing that is wrong; None when nothing is.
    """

    workflow_id: UUID
    events: int
    signed: int
    unsigned: bool
    head: Head
    fault: Fault | None


class Stored(NamedTuple):
    """An event as it is kept, in a table or a file.

    :param copies: its columns, where it has any.
    """

    sequence: int
    canonical: str
    hash: str
    copies: Mapping[str, Any] | None = None


class _BadEventError(Exception):
    def __init__(self, kind: FaultKind, sequence: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(kind, sequence, message)


class Chain:
    """Looks at one stored event after another, from ``head`` on.

    :param head: the event before the first one to come, when not all of the chain is looked at; whoever gives it knows that it is right.
    """

    def __init__(self, workflow_id: UUID, keys: Keys, head: Head | None = None) -> None:
        self.workflow_id = workflow_id
        self.head = head or Head(sequence=0, hash="")
        self.events = self.signed = 0
        self.fault: Fault | None = None
        self._keys = keys
        self._began_signed = is_signed(self.head.hash)

    @property
    def unsigned(self) -> bool:
        """Whether nothing of it is signed so far."""
        return not (self.signed or self._began_signed)

    def look(self, one: Stored, following: str | None = None) -> Event | None:
        """The event, when it is the next one of the chain; None once a fault is found.

        :param following: what the event after it says of its hash, if there is one: tells a changed hash from changed content.
        """
        if self.fault is not None:
            return None
        try:
            event = self._next(one, following)
        except _BadEventError as error:
            self.fault = error.fault
            return None
        self.head = Head(sequence=one.sequence, hash=one.hash)
        self.events += 1
        return event

    def end(self, head: Head, whose: str) -> None:
        """Compare the end of the chain with a head that was noted down when the event under it was the last one or later.

        :param whose: where the head was noted, as the beginning of a sentence.
        """
        if self.fault is None and head.sequence > self.head.sequence:
            message = f"{whose} knows of {head.sequence} events, but the chain ends at {self.head.sequence}."
            self.fault = Fault(FaultKind.TAIL, self.head.sequence + 1, message)
        elif self.fault is None and head.sequence == self.head.sequence and head.hash != self.head.hash:
            self.fault = Fault(FaultKind.HEAD, head.sequence, f"{whose} knows another hash of event {head.sequence}.")

    def expect_signature(self) -> None:
        """Where there is a key, a whole chain without a signature could be anybody's: one signed event vouches for all before it."""
        if self.fault is None and self._keys.signing and self.unsigned and self.head.sequence:
            message = (
                f"None of its {self.head.sequence} events is signed, though [dean] audit_key is set: "
                "they were recorded before it was, or written anew without it."
            )
            self.fault = Fault(FaultKind.UNSIGNED, 1, message)

    def result(self) -> Verified:
        """What was found."""
        return Verified(self.workflow_id, self.events, self.signed, self.unsigned, self.head, self.fault)

    def _next(self, one: Stored, following: str | None) -> Event:
        expected = self.head.sequence + 1
        if one.sequence > expected:
            raise _BadEventError(FaultKind.MISSING, expected, f"Event {expected} is missing; the next one there is is {one.sequence}.")
        self._judge(one, following)
        try:
            event = event_of(one.canonical, one.hash)
        except ValueError:
            raise _BadEventError(FaultKind.CONTENT, one.sequence, f"Event {one.sequence} cannot be read.") from None
        if (event.workflow_id, event.sequence) != (self.workflow_id, expected):
            message = f"In place of event {expected} stands event {event.sequence} of {event.workflow_id}."
            raise _BadEventError(FaultKind.ORDER, expected, message)
        if event.previous_hash != self.head.hash:
            raise _BadEventError(FaultKind.BROKEN, expected, f"Event {expected} does not follow the event that stands before it.")
        if one.copies is not None and (column := _changed_copy(event, one)):
            raise _BadEventError(FaultKind.COPY, expected, f"Column {column} of event {expected} is not what the event says.")
        return event

    def _judge(self, one: Stored, following: str | None) -> None:
        verdict = self._keys.judge(one.canonical, one.hash)
        if verdict is Verdict.UNKNOWN_KEY:
            message = f"Event {one.sequence} is signed with a key that [dean] audit_key does not list."
            raise _BadEventError(FaultKind.KEY, one.sequence, message)
        if verdict is Verdict.WRONG and following is not None and self._keys.judge(one.canonical, following) in SOUND:
            raise _BadEventError(FaultKind.HASH, one.sequence, f"The hash of event {one.sequence} was changed.")
        if verdict is Verdict.WRONG:
            raise _BadEventError(FaultKind.CONTENT, one.sequence, f"The content of event {one.sequence} is not what its hash covers.")
        if verdict is Verdict.PLAIN and not self.unsigned:
            message = f"Event {one.sequence} is not signed, though events before it are."
            raise _BadEventError(FaultKind.UNSIGNED, one.sequence, message)
        self.signed += verdict is Verdict.SIGNED


def verify(
    sessions: Sessions,
    workflow_id: UUID,
    *,
    keys: Keys,
    heads: Iterable[Head] = (),
    from_snapshot: bool = False,
    allow_unsigned: bool = False,
    on_progress: Progress = lambda _: None,
) -> Verified:
    """Look at every event of a workflow, and at its end.

    :param heads: noted elsewhere, for example in the trial's report; a chain that is shorter, or another one, is a fault.
    :param from_snapshot: begin at the newest snapshot whose seal is right, and signed where there is a key, instead of the first event.
    :param allow_unsigned: a chain without any signature is no fault though there is a key.
    """
    before = _row_head(sessions, workflow_id)
    known = [(head, "The head you gave") for head in heads] + ([(before, "The execution's row")] if before else [])
    chain = Chain(workflow_id, keys, _checkpoint(sessions, workflow_id, keys) if from_snapshot else None)
    for one, following in _with_following(_stored(sessions, workflow_id, chain.head.sequence)):
        if chain.look(one, following) is None:
            break
        for head, whose in known:
            if head.sequence == one.sequence:
                chain.end(head, whose)
        if chain.events % CHUNK == 0:
            on_progress(CHUNK)
    on_progress(chain.events % CHUNK)
    for head, whose in known:
        chain.end(head, whose)
    _compare_row(chain, _row_head(sessions, workflow_id))
    if not allow_unsigned:
        chain.expect_signature()
    return chain.result()


def _stored(sessions: Sessions, workflow_id: UUID, after: int) -> Iterator[Stored]:
    for rows in chunks(sessions, workflow_id, after):
        for row in rows:
            yield Stored(row["sequence"], row["canonical"], row["hash"], dict(row))


def _with_following(events: Iterable[Stored]) -> Iterator[tuple[Stored, str | None]]:
    """Each event with what the next one says of its hash."""
    before: Stored | None = None
    for one in events:
        if before is not None:
            yield before, one.copies["previous_hash"] if one.copies else None
        before = one
    if before is not None:
        yield before, None


def _row_head(sessions: Sessions, workflow_id: UUID) -> Head | None:
    statement = select(_workflows.c.sequence, _workflows.c.head_hash).where(_workflows.c.id == workflow_id)
    with sessions() as session:
        row = session.execute(statement).one_or_none()
    return None if row is None else Head(sequence=row.sequence, hash=row.head_hash)


def _compare_row(chain: Chain, row: Head | None) -> None:
    """The row, read after the events, knows of all of them."""
    if chain.fault is None and row is None and chain.head.sequence == 0:
        chain.fault = Fault(FaultKind.ROW, 0, "There is neither an event nor a row of it.")
    elif chain.fault is None and row is None:
        chain.fault = Fault(FaultKind.ROW, chain.head.sequence, f"The execution's row is missing. {REBUILD}")
    elif chain.fault is None and row is not None and row.sequence < chain.head.sequence:
        message = f"The execution's row knows of {row.sequence} events only. {REBUILD}"
        chain.fault = Fault(FaultKind.HEAD, row.sequence, message)


def _checkpoint(sessions: Sessions, workflow_id: UUID, keys: Keys) -> Head | None:
    """The newest place whose snapshot is sealed right."""
    statement = select(_snapshots).where(_snapshots.c.workflow_id == workflow_id).order_by(_snapshots.c.sequence.desc())
    with sessions() as session:
        # Nearly always the first will do, and of a long execution there are thousands.
        for row in session.execute(statement.execution_options(yield_per=10)).mappings():
            if keys.vouch(sealed_text(dict(row)), row["seal"]):
                return Head(sequence=row["sequence"], hash=row["head_hash"])
    return None


def _changed_copy(event: Event, one: Stored) -> str | None:
    """The first column that is not what the event says."""
    copies: Mapping[str, Any] = one.copies or {}
    for name, value in row_of(Link(event, one.canonical, None)).items():
        same = dumps(rounded(copies[name])) == dumps(value) if name == "details" else copies[name] == value
        if not same:
            return name
    return None
