"""Writing to the record on behalf of a caller."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.workflow import TRIAL, Origin, Recorded, WorkflowDetail
from dean_provider.errors import ServiceUnavailableError
from dean_provider.plugins.api.call import Call
from dean_provider.telemetry.tracing import span

__all__ = ["patiently", "record", "record_installation"]

T = TypeVar("T")
_ATTEMPTS = 4
_PAUSE_SECONDS = 0.05


def patiently(work: Callable[[], T], *, sleep: Callable[[float], None] = time.sleep) -> T:
    """What ``work`` returns, tried again when the database was busy: SQLite has one writer at a time. Blocks.

    :raises ServiceUnavailableError: when it stays busy.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return work()
        except ServiceUnavailableError as error:  # noqa: PERF203 - a few times at most
            if error.__cause__ is None:  # turned away or not migrated: trying again now does not help
                raise
            sleep(_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
    return work()


def record(
    call: Call,
    workflow_id: UUID,
    facts: Sequence[ReportedFact],
    *,
    origin: Origin | None = None,
    workflow_type: str = TRIAL,
    opens: bool = True,
    also: Callable[[Session], None] = lambda _: None,
) -> tuple[Recorded, WorkflowDetail]:
    """Record ``facts`` as told by the caller; what the record then says. Blocks.

    :param origin: whose execution it is; opens the record where there is none, if ``opens``.
    :param workflow_type: of the execution that ``origin`` opens, or has opened.
    :param also: what else belongs into the same transaction.
    :raises DeanError: as :func:`dean_provider.state.record.append`.
    """
    from dean_provider.state import queries
    from dean_provider.state.record import append

    def work() -> tuple[Recorded, WorkflowDetail]:
        kinds = sorted({fact.event_type for fact in facts})
        teller: dict[str, Any] = {"actor": call.caller.actor, "correlation_id": call.request_id}
        with span("dean.record", workflow_id=str(workflow_id), events=kinds), call.sessions() as session:
            told = append(session, workflow_id, facts, origin=origin, workflow_type=workflow_type, opens=opens, **teller)
            also(session)
            return told, queries.read_workflow(session, workflow_id)

    return patiently(work)


def record_installation(call: Call, facts: Sequence[ReportedFact], *, also: Callable[[Session], None] = lambda _: None) -> None:
    """Record what the caller did to the installation. Blocks.

    :param also: what else belongs into the same transaction.
    """
    from dean_provider.state.record import append_system

    def work() -> None:
        with call.sessions() as session:
            append_system(session, facts, actor=call.caller.actor, correlation_id=call.request_id)
            also(session)

    patiently(work)
