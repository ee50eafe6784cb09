"""The gateway over an Airflow connection: this provider's own REST API in Airflow's API server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dean_provider.contract.endpoints.gateway import HEALTH, RECORD_FACTS
from dean_provider.contract.service import ServiceName
from dean_provider.contract.workflow import Recorded, RecordFacts
from dean_provider.errors import AuthenticationError
from dean_provider.hooks.service import ServiceHook

if TYPE_CHECKING:
    from dean_provider.contract.endpoints import Operation
    from dean_provider.hooks.channel import Channel
    from dean_provider.hooks.connection import Settings
    from dean_provider.hooks.conversation import Manner
    from dean_provider.hooks.steps import Steps

__all__ = ["AUDIENCE", "GatewayHook"]

AUDIENCE = "dean-gateway"
"""Who may accept the tokens of tasks: the gateway, and nothing else in Airflow."""


class GatewayHook(ServiceHook):
    """Calls the gateway. Tasks and triggers tell it facts, with tokens of their own: who holds one can tell facts of one task, no more.

    The operations are those of :mod:`dean_provider.contract.endpoints.gateway`. With login and password in the connection, calls are made
    as that user of Airflow; so other DAGs may start and steer trials. Facts are taken only from tokens signed with the connection's secret
    (a password alone).

    :param conn_id: connection of type ``dean_gateway``; that of ``[dean] gateway_conn_id`` when empty.
    :param task: ``dag_id``, ``run_id``, ``task_id`` and ``map_index`` of the task whose facts are told.
    :param correlation_id: id that every call carries; that of the running task when empty.
    :param timeout: seconds one attempt may take, if not the connection's.
    :param deadline: seconds a call may take with all repetitions, if not the connection's.
    """

    default_conn_name = "dean_gateway_default"
    conn_type = "dean_gateway"
    hook_name = "DEAN gateway"
    service = ServiceName.GATEWAY
    health_operation = HEALTH
    exchanges_login = True

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        task: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        timeout: float | None = None,
        deadline: float | None = None,
        channel: Channel | None = None,
    ) -> None:
        super().__init__(conn_id, correlation_id=correlation_id, timeout=timeout, deadline=deadline, channel=channel)
        self.task = dict(task or {})

    @classmethod
    def resolve(cls, conn_id: str) -> Settings:
        from dean_provider.hooks.gateway_connection import look_up_gateway

        return look_up_gateway(conn_id)

    def record(self, facts: RecordFacts) -> Recorded:
        """Tell facts about an execution. Telling them twice is telling them once.

        :raises ConflictError: when another fact is recorded under the key of one of these; then none is taken.
        :raises AuthenticationError: when the gateway refuses the token, naming the settings to look at.
        :raises PermissionDeniedError: when they are not this task's to tell.
        """
        return self._run(self._record(facts))

    async def arecord(self, facts: RecordFacts) -> Recorded:
        """:meth:`record` for an event loop, which it never blocks."""
        return await self._arun(self._record(facts))

    def manner(self, timeout: float | None = None, deadline: float | None = None) -> Manner:
        named = {"sub": "/".join(str(part) for part in self.task.values())} if self.task else {}
        return replace(super().manner(timeout, deadline), claims={**named, **self.task})

    def _record(self, facts: RecordFacts) -> Steps[Recorded]:
        recorded: Recorded = yield from self._operate(RECORD_FACTS, facts)
        return recorded

    def _operate(self, operation: Operation[Any, Any], *args: Any) -> Steps[Any]:
        try:
            return (yield from super()._operate(operation, *args))
        except AuthenticationError as error:
            error.suggestions = [*_whence(self.channel), *error.suggestions]
            raise


def _whence(channel: Channel) -> list[str]:
    """Where the two sides of a refused signature come from."""
    line = channel.line
    if line is None:
        return []
    if line.settings.signed_by_airflow:
        return [
            "Give [api_auth] jwt_secret (or jwt_private_key_path) the same value wherever tasks, triggerers and API servers run.",
            "[dean] use_api_secret must be true for all of them.",
        ]
    conn_id = line.settings.conn_id
    return [
        f"Connection {conn_id!r} must hold the same password where tasks and triggerers run and where API servers do.",
        f"An environment variable or a secrets backend may hide the stored connection {conn_id!r} from some of them.",
        "[dean] use_api_secret and [dean] gateway_conn_id must be the same for all of them.",
        "The clocks of these machines must agree within half a minute.",
    ]
