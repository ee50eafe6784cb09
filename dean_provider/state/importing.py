"""Taking the chains of an export into the record: ids, hashes and all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ReportedFact
from dean_provider.contract.events.installation import HistoryImported
from dean_provider.contract.workflow import Head
from dean_provider.errors import ConflictError
from dean_provider.state.archive import ChainHead, read_header, read_links
from dean_provider.state.chain import Link
from dean_provider.state.exporting import opened
from dean_provider.state.record import append_system
from dean_provider.state.signing import Keys
from dean_provider.state.statements import table_of
from dean_provider.state.stream import Progress, Sessions
from dean_provider.state.tables import EventRow
from dean_provider.state.writing import Writer, take

__all__ = ["Imported", "import_export"]

_events = table_of(EventRow)
AT_ONCE = 500
IDS_IN_A_FACT = 1000


@dataclass
class Imported:
    """What an import brought.

    :param workflows: those it brought events of.
    :param known: events that were here before.
    """

    workflows: list[UUID] = field(default_factory=list)
    events: int = 0
    known: int = 0


def import_export(
    sessions: Sessions,
    source: Any,
    *,
    actor: Actor,
    keys: Keys,
    allow_unsigned: bool = False,
    on_progress: Progress = lambda _: None,
) -> Imported:
    """Verify a file to its end, then take every event that is not here. Again, or after a crash, it takes what is missing.

    :param source: path of Airflow's object storage.
    :param allow_unsigned: take what nobody signed though there is a key.
    :raises InvalidConfigurationError: when it is no export.
    :raises ConflictError: when it is not as it was written, or a workflow has another history here.
    """
    _check(sessions, source, keys, on_progress, allow_unsigned=allow_unsigned)
    done = Imported()
    with opened(source) as lines:
        header = read_header(lines, keys, allow_unsigned=allow_unsigned)
        for links in _batches(read_links(lines, header, keys, allow_unsigned=allow_unsigned)):
            with sessions() as session:
                _graft(session, links, keys, done)
            on_progress(len(links))
    _tell(sessions, done, str(source), actor, keys)
    return done


def _check(sessions: Sessions, source: Any, keys: Keys, on_progress: Progress, *, allow_unsigned: bool) -> None:
    """Read the whole file once before anything is written: every event is right, and no workflow has another history here.

    Two chains with the same hash at one place are the same up to there, so one place of each is enough.
    """
    with opened(source) as lines:
        header = read_header(lines, keys, allow_unsigned=allow_unsigned)
        common = {head.workflow_id: _common(sessions, head) for head in header.heads}
        for one in read_links(lines, header, keys, allow_unsigned=allow_unsigned):
            here = common[one.event.workflow_id]
            if one.event.sequence == here.sequence and one.event.hash != here.hash:
                raise _conflict(one)
            on_progress(1)


def _common(sessions: Sessions, head: ChainHead) -> Head:
    """The last event that both the file and the record should have, as the record has it."""
    events = [_events.c.workflow_id == head.workflow_id, _events.c.sequence <= head.sequence]
    statement = select(_events.c.sequence, _events.c.hash).where(*events).order_by(_events.c.sequence.desc()).limit(1)
    with sessions() as session:
        row = session.execute(statement).one_or_none()
    return Head(sequence=0, hash="") if row is None else Head(sequence=row.sequence, hash=row.hash)


def _batches(links: Iterable[Link]) -> Iterator[list[Link]]:
    """Events of one workflow at a time, not too many."""
    for _, chain in groupby(links, key=lambda one: one.event.workflow_id):
        batch: list[Link] = []
        for one in chain:
            batch.append(one)
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch


def _graft(session: Session, links: list[Link], keys: Keys, done: Imported) -> None:
    """Append those links that the workflow here does not have."""
    workflow_id = links[0].event.workflow_id
    before = take(session, workflow_id, 0, opens=True)
    if before is None:
        raise RuntimeError("a row that is opened is there")
    new = [one for one in links if one.event.sequence > before.sequence]
    writer = Writer(before, keys)
    for one in new:
        if (one.event.sequence, one.event.previous_hash) != (writer.state.sequence + 1, writer.state.head_hash):
            raise _conflict(one)
        writer.add(one)
    writer.write(session)
    done.events += len(new)
    done.known += len(links) - len(new)
    if new and workflow_id not in done.workflows[-1:]:
        done.workflows.append(workflow_id)


def _conflict(one: Link) -> ConflictError:
    return ConflictError(
        f"Workflow {one.event.workflow_id} has another history here: event {one.event.sequence} of the file does not fit.",
        details={"workflow_id": str(one.event.workflow_id), "sequence": one.event.sequence},
        suggestions=["Nothing here is ever replaced: import it where the workflow is not."],
    )


def _tell(sessions: Sessions, done: Imported, source: str, actor: Actor, keys: Keys) -> None:
    for start in range(0, len(done.workflows), IDS_IN_A_FACT):
        ids = [str(one) for one in done.workflows[start : start + IDS_IN_A_FACT]]
        with sessions() as session:
            append_system(session, [ReportedFact.of(HistoryImported(workflow_ids=ids, source=source[:2000]))], actor=actor, keys=keys)
