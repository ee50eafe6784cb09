"""Deleting what is old: exported first, the export verified, the deletion recorded. Never silently, and nothing that has not ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ReportedFact
from dean_provider.contract.events.installation import HistoryDeleted
from dean_provider.contract.workflow import SYSTEM, WorkflowStatus
from dean_provider.errors import ConflictError, InvalidConfigurationError
from dean_provider.state.archive import ChainHead
from dean_provider.state.exporting import check_export, export
from dean_provider.state.record import append_system
from dean_provider.state.signing import Keys
from dean_provider.state.statements import rows_of, table_of
from dean_provider.state.stream import Progress, Sessions
from dean_provider.state.tables import EventRow, GenerationRow, IncidentRow, LabelRow, SilenceRow, SnapshotRow, WorkflowRow
from dean_provider.state.writing import take

__all__ = ["Pruned", "old_workflows", "prune"]

_workflows = table_of(WorkflowRow)
AT_ONCE = 50


@dataclass
class Pruned:
    """What was deleted.

    :param kept: workflows that went on after they were exported, and so stayed.
    """

    workflows: list[UUID] = field(default_factory=list)
    events: int = 0
    kept: list[UUID] = field(default_factory=list)


def old_workflows(session: Session, before: datetime, statuses: Iterable[WorkflowStatus]) -> list[UUID]:
    """Workflows of these statuses that ended before an instant, oldest first.

    :raises InvalidConfigurationError: for a status that is none of an end.
    """
    wanted = list(statuses)
    if running := [status.value for status in wanted if not status.ended]:
        raise InvalidConfigurationError(
            f"Only what has ended can be deleted, and {running[0]} is no end.",
            details={"field": "status", "value": running[0], "rule": "completed, failed or cancelled"},
        )
    ended = func.coalesce(_workflows.c.completed_at, _workflows.c.updated_at)
    conditions = [_workflows.c.status.in_([status.value for status in wanted]), _workflows.c.workflow_type != SYSTEM, ended < before]
    return list(session.execute(select(_workflows.c.id).where(*conditions).order_by(ended, _workflows.c.id)).scalars())


def prune(
    sessions: Sessions,
    workflow_ids: Sequence[UUID],
    target: Any,
    *,
    actor: Actor,
    now: datetime,
    keys: Keys,
    on_progress: Progress = lambda _: None,
) -> Pruned:
    """Export workflows, verify the export, then delete them and say so in the ``system`` workflow.

    :param target: where to, as for :func:`export`.
    :param on_progress: every event counts three times: written, read back, deleted.
    :raises ConflictError: when the export cannot be made or is not as it was written; nothing is deleted.
    """
    header = export(sessions, target, workflow_ids, now=now, keys=keys, on_progress=on_progress)
    if check_export(target, keys=keys, allow_unsigned=True, on_progress=on_progress).heads != header.heads:
        raise ConflictError(f"What was written to {target} reads differently.", suggestions=["Nothing was deleted."])
    done = Pruned()
    for start in range(0, len(header.heads), AT_ONCE):
        some = header.heads[start : start + AT_ONCE]
        with sessions() as session:
            gone = [head for head in some if _delete(session, head, done)]
            if gone:
                fact = HistoryDeleted(workflow_ids=[str(head.workflow_id) for head in gone], export=str(target)[:2000])
                append_system(session, [ReportedFact.of(fact)], actor=actor, now=now, keys=keys)
        on_progress(sum(head.sequence for head in some))
    return done


def _delete(session: Session, head: ChainHead, done: Pruned) -> bool:
    """Delete one workflow unless it has gone on since; a lock keeps it from doing so now."""
    state = take(session, head.workflow_id, 0, opens=False)
    if state is None:
        return False
    if (state.sequence, state.head_hash) != (head.sequence, head.hash):
        done.kept.append(head.workflow_id)
        return False
    done.events += rows_of(session.execute(delete(EventRow).where(EventRow.workflow_id == head.workflow_id)))
    for row in (GenerationRow, SnapshotRow, LabelRow, IncidentRow, SilenceRow):
        session.execute(delete(row).where(row.workflow_id == head.workflow_id))
    session.execute(delete(WorkflowRow).where(WorkflowRow.id == head.workflow_id))
    done.workflows.append(head.workflow_id)
    return True
