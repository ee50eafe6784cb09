"""Recorders for tasks and triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Log, Recorder

if TYPE_CHECKING:
    from dean_provider.hooks import GatewayHook

__all__ = ["is_set_up", "recorder_for"]


def recorder_for(
    ref: RecordRef | None, task: Mapping[str, Any], *, correlation_id: str | None, log: Log, backlog: Backlog | None = None
) -> Recorder:
    """A recorder for what ``task`` has to tell. A task of another run than the trial's has nothing to tell about it.

    :param task: its ``dag_id``, ``run_id``, ``task_id`` and ``map_index``.
    """
    own = ref is not None and (ref.dag_id, ref.run_id) == (task["dag_id"], task["run_id"])

    def make_hook() -> GatewayHook:
        from dean_provider.hooks import GatewayHook
        from dean_provider.hooks.transport_async import AsyncTransport  # noqa: F401 - imported here so that the loop need not

        return GatewayHook(ref.conn_id if ref else None, task=task, correlation_id=correlation_id)

    return Recorder(ref if own else None, make_hook, log=log, backlog=backlog)


async def is_set_up(conn_id: str, log: Log) -> bool:
    """Whether there is a recorder at all. One that cannot be reached or used is one: it says so when it is told something."""
    from dean_provider.errors import DeanError
    from dean_provider.hooks import GatewayHook
    from dean_provider.hooks.connection import MUST_EXIST

    try:
        await GatewayHook(conn_id).adialect()
    except DeanError as error:
        if error.details.get("rule") == MUST_EXIST:
            log.info("Nothing is recorded: %s", error)
            return False
    return True
