"""What every operator of a trial shares: asynchronous execution, the way to the services, errors as Airflow knows them."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.operator import BaseAsyncOperator

from dean_provider.failures import failing_as_airflow
from dean_provider.triggers.task_state import TaskIdentity, correlation_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.endpoints import Operation
    from dean_provider.handle import RecordRef
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook, ServiceHook
    from dean_provider.recording.recorder import Recorder

__all__ = ["TrialOperator"]

FAILED_STATES = ("failed", "upstream_failed")
LONGEST_TEXT = 2000


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

    @asynccontextmanager
    async def recording(
        self, ref: RecordRef | None, context: Context, *, last: bool = False, begins: bool = False
    ) -> AsyncIterator[Recorder]:
        """Whom this step tells what happens. What earlier steps could not tell comes first; what this one cannot goes on to the next.

        :param last: no other step comes after this one, so it takes over from all that came before, not only from the nearest.
        :param begins: without this step there is no trial: if it fails for good, so has the trial.
        """
        from dean_provider.recording.carried import all_before, hand_on, nearest, take_over

        recorder = self.recorder(ref, context)
        if recorder.on:
            take_over(context, recorder, all_before(self) if last else nearest(self))
        try:
            yield recorder
        except Exception as error:
            if begins and self._final(error, context):
                await self._tell_failure(recorder, error, context)
            raise
        finally:
            if recorder.backlog and recorder.backlog.since is None:
                await recorder.flush()
            hand_on(context, recorder)

    def recorder(self, ref: RecordRef | None, context: Context) -> Recorder:
        """Who takes facts about a trial from this task."""
        from dean_provider.recording.tasks import recorder_for

        task = TaskIdentity.of(context).as_arguments()
        return recorder_for(ref, task, correlation_id=correlation_of(context), log=self.log)

    @staticmethod
    def _final(error: Exception, context: Context) -> bool:
        """Whether no other try comes after this failure."""
        from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

        from dean_provider.errors import DeanError

        ti: Any = context["ti"]
        if isinstance(error, AirflowSkipException):
            return False
        mistake = isinstance(error, AirflowFailException) or (isinstance(error, DeanError) and not error.retryable)
        return mistake or ti.try_number > ti.max_tries

    @staticmethod
    async def _tell_failure(recorder: Recorder, error: Exception, context: Context) -> None:
        from dean_provider.contract.events.trial import TrialFailed

        ti: Any = context["ti"]
        text = (getattr(error, "message", "") or str(error) or type(error).__name__)[:LONGEST_TEXT]
        code = str(getattr(error, "error_code", ""))
        await recorder.tell(TrialFailed(error=text, error_code=code, task_id=ti.task_id, try_number=ti.try_number))

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
