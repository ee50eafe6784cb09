"""IndexAgent over an Airflow connection."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from dean_provider.contract.endpoints import Operation
from dean_provider.contract.endpoints.indexagent import HEALTH, LIST_POPULATIONS
from dean_provider.contract.population import ListPopulations
from dean_provider.contract.service import ServiceName
from dean_provider.hooks.service import ServiceHook

__all__ = ["IndexAgentHook"]


class IndexAgentHook(ServiceHook):
    """Calls IndexAgent: agents, populations, variation, pattern detection, code search.

    The operations are those of :mod:`dean_provider.contract.endpoints.indexagent`.

    :param conn_id: connection of type ``dean_indexagent``; that of ``[dean] indexagent_conn_id`` when empty.
    :param correlation_id: id that every call carries; that of the running task when empty.
    :param timeout: seconds one attempt may take, if not the connection's.
    :param deadline: seconds a call may take with all repetitions, if not the connection's.
    """

    default_conn_name = "dean_indexagent_default"
    conn_type = "dean_indexagent"
    hook_name = "DEAN IndexAgent"
    service = ServiceName.INDEXAGENT
    health_operation = HEALTH

    def credential_check(self) -> tuple[Operation[Any, Any], BaseModel] | None:
        return LIST_POPULATIONS, ListPopulations(limit=1)
