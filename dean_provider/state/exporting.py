"""Writing chains into a file, and looking at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from dean_provider.errors import ConflictError, InvalidConfigurationError, NotFoundError
from dean_provider.state.archive import ChainHead, Header, event_line, header_line, read_header, read_links
from dean_provider.state.record import system_workflow_id
from dean_provider.state.signing import Keys
from dean_provider.state.statements import table_of
from dean_provider.state.stream import Progress, Sessions, chunks
from dean_provider.state.tables import WorkflowRow
from dean_provider.state.verification import Chain, Stored

__all__ = ["check_export", "export", "opened"]

_workflows = table_of(WorkflowRow)
IDS = 500


def export(
    sessions: Sessions,
    target: Any,
    workflow_ids: Sequence[UUID] | None,
    *,
    now: datetime,
    keys: Keys,
    on_progress: Progress = lambda _: None,
) -> Header:
    """Write the chains of workflows into a new file.

    :param target: path of Airflow's object storage.
    :param workflow_ids: of which workflows; None for all there are.
    :returns: the header, with the heads up to which events were written.
    :raises ConflictError: when there is something at ``target``, or a chain is not as it was written.
    :raises NotFoundError: when there is no record of one of the workflows.
    """
    if target.exists():
        raise ConflictError(f"There is something at {target} already.", suggestions=["Name a new file; exports are never overwritten."])
    with sessions() as session:
        installation = system_workflow_id(session)
    header = Header(exported_at=now, installation=installation, heads=_heads(sessions, workflow_ids))
    try:
        with target.open("w", encoding="utf-8") as file:
            file.write(header_line(header, keys))
            for head in header.heads:
                for line in _lines(sessions, head, keys):
                    file.write(line)
                on_progress(head.sequence)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return header


def check_export(source: Any, *, keys: Keys, allow_unsigned: bool = False, on_progress: Progress = lambda _: None) -> Header:
    """Read a file to its end and verify every event of it.

    :param allow_unsigned: what nobody signed is right though there is a key.
    :raises InvalidConfigurationError: when it is no export.
    :raises ConflictError: when it is not as it was written.
    """
    with opened(source) as lines:
        header = read_header(lines, keys, allow_unsigned=allow_unsigned)
        for _ in read_links(lines, header, keys, allow_unsigned=allow_unsigned):
            on_progress(1)
    return header


@contextmanager
def opened(source: Any) -> Iterator[Iterator[str]]:
    """The lines of an export.

    :raises NotFoundError: when there is no file.
    """
    try:
        with source.open("r", encoding="utf-8") as file:
            yield iter(file.readline, "")
    except FileNotFoundError:
        raise NotFoundError(f"There is no file at {source}.", details={"uri": str(source)}) from None
    except UnicodeDecodeError:
        raise InvalidConfigurationError(f"{source} is no export: it is not text.", details={"uri": str(source)}) from None


def _heads(sessions: Sessions, workflow_ids: Sequence[UUID] | None) -> list[ChainHead]:
    columns = [_workflows.c.id, _workflows.c.sequence, _workflows.c.head_hash]
    found = {row.id: row for row in _rows(sessions, columns, workflow_ids)}
    missing = [one for one in workflow_ids or () if one not in found]
    if missing:
        raise NotFoundError(f"There is no record of {missing[0]}.", details={"workflow_id": str(missing[0])})
    return [ChainHead(workflow_id=row.id, sequence=row.sequence, hash=row.head_hash) for _, row in sorted(found.items())]


def _rows(sessions: Sessions, columns: list[Any], workflow_ids: Sequence[UUID] | None) -> Iterator[Any]:
    with sessions() as session:
        if workflow_ids is None:
            yield from session.execute(select(*columns))
            return
        for start in range(0, len(workflow_ids), IDS):
            some = workflow_ids[start : start + IDS]
            yield from session.execute(select(*columns).where(_workflows.c.id.in_(some)))


def _lines(sessions: Sessions, head: ChainHead, keys: Keys) -> Iterable[str]:
    """The events of one chain as lines, verified on the way: a broken chain is not passed on as a sound one."""
    chain = Chain(head.workflow_id, keys)
    for rows in chunks(sessions, head.workflow_id, until=head.sequence):
        for row in rows:
            if chain.look(Stored(row["sequence"], row["canonical"], row["hash"])) is None:
                break
            yield event_line(row["canonical"], row["hash"])
    chain.end(head, "The execution's row")
    if chain.fault is not None:
        raise ConflictError(
            f"The record of {head.workflow_id} is not as it was written: {chain.fault.message}",
            details={"workflow_id": str(head.workflow_id), "sequence": chain.fault.sequence},
            suggestions=[f"dean audit verify --workflow {head.workflow_id}"],
        )
