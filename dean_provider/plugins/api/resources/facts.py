"""Facts, as tasks and triggers tell them: about their own execution and no other."""

from __future__ import annotations

from functools import partial
from typing import Any

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.workflow import Recorded, RecordFacts
from dean_provider.errors import NotFoundError, PermissionDeniedError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.ownership import namespace_of, speaks_for, unowned
from dean_provider.plugins.api.recording import record
from dean_provider.plugins.api.replays import settle_replay
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(around: Surroundings) -> Table:
    return {gateway.RECORD_FACTS: Served(partial(record_facts, around), Right.TELL)}


def record_facts(around: Surroundings, request: RecordFacts, call: Call) -> Recorded:
    """:raises PermissionDeniedError: when the token is another task's, or the record is another run's or of another type, or would be."""
    claims = call.caller.task
    if claims is None or not speaks_for(claims, request.origin):
        raise PermissionDeniedError(
            "This token is for another task than the one whose facts are told.",
            details={"origin": request.origin.model_dump(), "token": claims.model_dump(exclude={"sub"}) if claims else None},
        )
    whose: dict[str, Any] = {"origin": request.origin, "workflow_type": request.workflow_type}
    try:
        told, _ = record(call, request.workflow_id, request.facts, opens=False, **whose)
    except NotFoundError:
        why_not = unowned(request.workflow_id, request.origin, request.start_task_id, namespace_of(around.settings))
        if why_not is not None:
            raise why_not from None
        told, _ = record(call, request.workflow_id, request.facts, **whose)
    settle_replay(call.sessions, request.workflow_id, request.facts)
    return told
