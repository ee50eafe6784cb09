"""What every operator of a trial shares: asynchronous execution, the way to the services, errors as Airflow knows them."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.operator import BaseAsyncOperator

from dean_provider.failures import failing_as_airflow
from dean_provider.operators.recording import RecordingStep
from dean_provider.telemetry.work import known_of, working
from dean_provider.triggers.task_state import TaskIdentity, correlation_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.endpoints import Operation
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook, ServiceHook

__all__ = ["TrialOperator"]

FAILED_STATES = ("failed", "upstream_failed")


class TrialOperator(RecordingStep, BaseAsyncOperator):
    """Base of the operators here. Subclasses write :meth:`act`; heavy imports wait until then, so that a DAG parses fast."""

    ui_color = "#e8f3ec"

    def execute(self, context: Context) -> Any:
        """Run :meth:`aexecute` on a loop of its own and end the loop properly, which closes the connections opened on it.

        Airflow's base class leaves its loop open. ``execution_timeout`` is kept by Airflow around this method.
        """
        return asyncio.run(self.aexecute(context))

    async def aexecute(self, context: Context) -> Any:
        """Carry out the step, with errors of the house as Airflow's."""
        known = known_of(self, TaskIdentity.of(context).as_arguments(), correlation_of(context))
        with failing_as_airflow(), working(type(self).__name__, **known):
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
    def failed_among(context: Context, task_ids: Sequence[str]) -> list[str]:
        """Those of ``task_ids``, in this run and with this map index, that failed or could not run because of a failure."""
        ti: Any = context["ti"]
        me = TaskIdentity.of(context)
        index = me.map_index if me.map_index >= 0 else None
        states = ti.get_task_states(dag_id=me.dag_id, run_ids=[me.run_id], task_ids=list(task_ids), map_index=index)
        return [task for task in task_ids if replace(me, task_id=task).state_in(states) in FAILED_STATES]

    @staticmethod
    async def supports(hook: ServiceHook, operation: Operation[Any, Any]) -> bool:
        """Whether the service behind ``hook`` has ``operation`` in its dialect."""
        return (await hook.adialect()).supports(operation)
