"""Replays: a trial run again from its recorded configuration and seed, whose digest must agree with the original's."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from structlog import get_logger

from dean_provider.contract.events import Actor, ActorKind, Event, ReportedFact
from dean_provider.contract.events.trial import TrialCompleted, TrialFailed, TrialReplayed, TrialRequested
from dean_provider.contract.workflow import ListEvents, WorkflowStatus
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.recording import patiently

__all__ = ["REPLAY", "settle_replay"]

REPLAY = "replay"
"""Source of a trial that was requested as a replay; what was asked names the original under ``replay_of``."""

_log = get_logger(__name__)
ENDS = frozenset({TrialCompleted.event_type, TrialFailed.event_type})


def settle_replay(sessions: Sessions, workflow_id: UUID, told: Iterable[ReportedFact]) -> None:
    """When ``told`` ended a replay, note on its original whether the digests agree. Once; never raises. Blocks.

    :param workflow_id: the execution of which ``told`` has just been recorded.
    """
    if not any(fact.event_type in ENDS for fact in told):
        return
    try:
        patiently(lambda: _settle(sessions, workflow_id))
    except Exception:  # noqa: BLE001 - what was told is recorded, whatever becomes of the comparison
        _log.exception("the outcome of a replay could not be noted", workflow_id=str(workflow_id))


def _settle(sessions: Sessions, workflow_id: UUID) -> None:
    from dean_provider.state import queries
    from dean_provider.state.record import append

    with sessions() as session:
        asked = ListEvents(workflow_id=workflow_id, event_type=TrialRequested.event_type, limit=10)
        original_id = _original(queries.list_events(session, asked).events)
        if original_id is None:
            return
        workflow, original = queries.read_workflow(session, workflow_id), queries.read_workflow(session, original_id)
        if workflow.status not in (WorkflowStatus.COMPLETED, WorkflowStatus.FAILED):
            return
        agrees = workflow.digest is not None and workflow.digest == original.digest
        fact = TrialReplayed(replay_id=str(workflow.id), digest=workflow.digest, agrees=agrees)
        told = ReportedFact.of(fact, key=f"replayed:{workflow.id}:{workflow.resumptions}")
        append(session, original_id, [told], actor=Actor(kind=ActorKind.SYSTEM, name="gateway"))


def _original(requests: Iterable[Event]) -> UUID | None:
    """What a person asked to be replayed. A task's word does not count: it would be written into the record of another trial."""
    for event in requests:
        asked = event.details.get("asked")
        if event.actor.kind is ActorKind.USER and event.details.get("source") == REPLAY and isinstance(asked, dict):
            return UUID(str(asked["replay_of"]))
    return None
