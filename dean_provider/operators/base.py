"""What every operator of a trial shares: asynchronous execution, the way to the services, errors as Airflow knows them."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.operator import BaseAsyncOperator

from dean_provider.failures import failing_as_airflow
from dean_provider.triggers.task_state import correlation_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.endpoints import Operation
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook, ServiceHook

__all__ = ["TrialOperator"]


class TrialOperator(BaseAsyncOperator):
    """Base of the operators here. Subclasses write :meth:`act`; heavy imports wait until then, so that a DAG parses fast."""

    ui_color = "#e8f3ec"

    def execute(self, context: Context) -> Any:
        """Run :meth:`aexecute` on a loop of its own and end the loop properly, which closes the connections opened on it.

        Airflow's base class leaves its loop open. ``execution_timeout`` is kept by Airflow around this method.
        """
        return asyncio.run(self.aexecute(context))

    async def aexecute(self, context: Context) -> Any:
        """Carry out the step, with errors of the house as Airflow's."""
        with failing_as_airflow():
            return await self.act(context)

    @abstractmethod
    async def act(self, context: Context) -> Any:
        """The step itself.

        :raises DeanError: becomes an exception Airflow retries when a retry may help, and one that fails the task otherwise.
        """

    def evolution(self, conn_id: str, context: Context) -> EvolutionAPIHook:
        """The client of the Evolution API."""
        from dean_provider.hooks import EvolutionAPIHook

        return EvolutionAPIHook(conn_id, correlation_id=correlation_of(context))

    def indexagent(self, conn_id: str, context: Context) -> IndexAgentHook:
        """The client of IndexAgent."""
        from dean_provider.hooks import IndexAgentHook

        return IndexAgentHook(conn_id, correlation_id=correlation_of(context))

    @staticmethod
    async def supports(hook: ServiceHook, operation: Operation[Any, Any]) -> bool:
        """Whether the service behind ``hook`` has ``operation`` in its dialect."""
        return (await hook.adialect()).supports(operation)
