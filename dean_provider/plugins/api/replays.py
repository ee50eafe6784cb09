"""Replays: a trial run again from its recorded configuration and seed, whose digest must agree with the original's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from structlog import get_logger

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialReplayed, TrialRequested
from dean_provider.contract.workflow import ListEvents, WorkflowDetail, WorkflowStatus
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.recording import patiently

__all__ = ["REPLAY", "settle_replay"]

REPLAY = "replay"
"""Source of a trial that was requested as a replay; what was asked names the original under ``replay_of``."""

_log = get_logger(__name__)


def settle_replay(sessions: Sessions, workflow: WorkflowDetail) -> None:
    """When ``workflow`` is a replay that has ended, note on the original whether the digests agree. Once; never raises. Blocks."""
    if workflow.status not in (WorkflowStatus.COMPLETED, WorkflowStatus.FAILED):
        return
    try:
        patiently(lambda: _settle(sessions, workflow))
    except Exception:  # noqa: BLE001 - what was told is recorded, whatever becomes of the comparison
        _log.exception("the outcome of a replay could not be noted", workflow_id=str(workflow.id))


def _settle(sessions: Sessions, workflow: WorkflowDetail) -> None:
    from dean_provider.state import queries
    from dean_provider.state.record import append

    with sessions() as session:
        asked = ListEvents(workflow_id=workflow.id, event_type=TrialRequested.event_type, limit=10)
        original_id = _original(event.details for event in queries.list_events(session, asked).events)
        if original_id is None:
            return
        original = queries.read_workflow(session, original_id)
        agrees = workflow.digest is not None and workflow.digest == original.digest
        fact = TrialReplayed(replay_id=str(workflow.id), digest=workflow.digest, agrees=agrees)
        told = ReportedFact.of(fact, key=f"replayed:{workflow.id}:{workflow.resumptions}")
        append(session, original_id, [told], actor=Actor(kind=ActorKind.SYSTEM, name="gateway"))


def _original(requests: Iterable[Mapping[str, Any]]) -> UUID | None:
    for details in requests:
        if details.get("source") == REPLAY:
            return UUID(str(details["asked"]["replay_of"]))
    return None
