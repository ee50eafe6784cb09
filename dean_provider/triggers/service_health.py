"""The trigger that waits until the services can serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from airflow.triggers.base import BaseTrigger, TriggerEvent

from dean_provider.contract.service import Health, HealthStatus
from dean_provider.errors import ConfigurationError, DeanError
from dean_provider.triggers.look_up import looked_up
from dean_provider.triggers.timing import Deadline, Timing

if TYPE_CHECKING:
    from dean_provider.hooks import ServiceHook

__all__ = ["ServiceHealthTrigger", "await_health", "look"]


LOOK_SECONDS = 10.0


class Operable(Protocol):
    """What a look needs of a hook."""

    async def acall(self, operation: Any, request: Any, *, deadline: float | None = None) -> Any:
        """Carry out an operation of the service."""


async def look(service: str, hook: Operable) -> dict[str, Any]:
    """How one service is: ``ready``, ``text`` for a person, ``hopeless`` when waiting cannot mend it, and ``health`` as it answered."""
    from dean_provider.contract.endpoints import evolution, indexagent
    from dean_provider.contract.service import Empty

    operation = {"indexagent": indexagent.HEALTH, "evolution": evolution.HEALTH}[service]
    try:
        health: Health = await hook.acall(operation, Empty(), deadline=LOOK_SECONDS)
    except DeanError as error:
        return {"ready": False, "hopeless": isinstance(error, ConfigurationError), "text": str(error)}
    failed = [
        f"{name}: {check.message or check.status.value}" for name, check in health.checks.items() if check.status != HealthStatus.HEALTHY
    ]
    text = f"{health.status.value}, version {health.version or 'unknown'}" + (f" ({'; '.join(failed)})" if failed else "")
    said = health.model_dump(mode="json", include={"status", "version", "dialect"})
    return {"ready": health.status is not HealthStatus.UNHEALTHY, "hopeless": False, "text": text, "health": said}


async def await_health(
    hooks: Mapping[str, Operable], *, poll_seconds: float, deadline: float | None, timing: Timing | None = None
) -> dict[str, dict[str, Any]]:
    """Look at the services until all are ready, one is hopeless, or ``deadline`` (seconds since the epoch) has passed.

    :returns: the last :func:`look` at each service by name.
    """
    timing = timing or Timing()
    until = Deadline(deadline, timing)
    while True:
        looks = await asyncio.gather(*(look(service, hook) for service, hook in hooks.items()))
        found = dict(zip(hooks, looks, strict=True))
        if all(item["ready"] for item in looks) or any(item["hopeless"] for item in looks) or until.passed:
            return found
        await timing.sleep(max(0.0, min(poll_seconds, until.remaining())))


class ServiceHealthTrigger(BaseTrigger):
    """Wait, without a worker slot, until every service named is healthy or degraded. Fires once, with the last look at each.

    :param connections: connection id by service, ``indexagent`` and ``evolution``.
    :param poll_seconds: seconds between two looks.
    :param deadline: seconds since the epoch at which waiting ends.
    :param correlation_id: goes with every call.
    """

    def __init__(
        self, connections: Mapping[str, str], poll_seconds: float, deadline: float | None, correlation_id: str | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.connections = dict(connections)
        self.poll_seconds = poll_seconds
        self.deadline = deadline
        self.correlation_id = correlation_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "connections": self.connections,
                "poll_seconds": self.poll_seconds,
                "deadline": self.deadline,
                "correlation_id": self.correlation_id,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        # In a thread: what the clients need takes a second to import, and every trigger of this process shares the loop.
        hooks = await asyncio.to_thread(health_hooks, self.connections, self.correlation_id)
        await looked_up(*hooks.values())
        found = await await_health(hooks, poll_seconds=self.poll_seconds, deadline=self.deadline)
        yield TriggerEvent(found)  # type: ignore[no-untyped-call]


def health_hooks(connections: Mapping[str, str], correlation_id: str | None) -> dict[str, ServiceHook]:
    """A client for each service of ``connections``."""
    from dean_provider.contract.endpoints import evolution, indexagent  # noqa: F401 - imported here so that a loop need not
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook
    from dean_provider.hooks.transport_async import AsyncTransport  # noqa: F401 - likewise

    classes = {"indexagent": IndexAgentHook, "evolution": EvolutionAPIHook}
    return {service: classes[service](conn_id, correlation_id=correlation_id) for service, conn_id in connections.items()}
