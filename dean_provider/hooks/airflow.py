"""Another Airflow over an Airflow connection: start runs of its DAGs, follow them, pause and resume its DAGs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, JsonValue

from dean_provider.contract.dag_run import Dag, DagRef, DagRun, DagRunRef, ListDags, ListTasks, PauseDag, TaskState, TriggerDagRun
from dean_provider.contract.endpoints import Operation
from dean_provider.contract.endpoints.airflow import HEALTH, LIST_DAGS, LIST_TASKS, PAUSE_DAG, READ_DAG, READ_DAG_RUN, TRIGGER_DAG_RUN
from dean_provider.contract.service import ServiceName
from dean_provider.errors import ConflictError
from dean_provider.hooks.service import ServiceHook

if TYPE_CHECKING:
    from dean_provider.hooks.steps import Steps

__all__ = ["AirflowHook"]

_PAGE = 100


class AirflowHook(ServiceHook):
    """Calls another Airflow (version 3 or later) through its REST API v2.

    With login and password a token is fetched from ``/auth/token``, renewed before it expires and once when it is refused; with a password
    alone that is the token. Every method has an asynchronous twin whose name begins with ``a``.

    :param conn_id: connection of type ``dean_airflow``; that of ``[dean] airflow_conn_id`` when empty.
    :param correlation_id: id that every call carries; that of the running task when empty.
    :param timeout: seconds one attempt may take, if not the connection's.
    :param deadline: seconds a call may take with all repetitions, if not the connection's.
    """

    default_conn_name = "dean_airflow_default"
    conn_type = "dean_airflow"
    hook_name = "DEAN Airflow"
    service = ServiceName.AIRFLOW
    health_operation = HEALTH
    exchanges_login = True

    def trigger(
        self, dag_id: str, *, dag_run_id: str | None = None, conf: dict[str, JsonValue] | None = None, note: str | None = None
    ) -> DagRun:
        """Start a run of ``dag_id``.

        :param dag_run_id: the run's id. With one, asking again (after a lost answer, say) finds the run that was started; without, a lost
            answer is an error, because a second run might be started.
        :raises ConflictError: when the id belongs to a run with another configuration.
        """
        return self._run(self._trigger(dag_id, dag_run_id, conf, note))

    async def atrigger(
        self, dag_id: str, *, dag_run_id: str | None = None, conf: dict[str, JsonValue] | None = None, note: str | None = None
    ) -> DagRun:
        """:meth:`trigger` for an event loop."""
        return await self._arun(self._trigger(dag_id, dag_run_id, conf, note))

    def status(self, dag_id: str, dag_run_id: str) -> DagRun:
        """How a run stands."""
        return self.call(READ_DAG_RUN, DagRunRef(dag_id=dag_id, dag_run_id=dag_run_id))

    async def astatus(self, dag_id: str, dag_run_id: str) -> DagRun:
        """:meth:`status` for an event loop."""
        return await self.acall(READ_DAG_RUN, DagRunRef(dag_id=dag_id, dag_run_id=dag_run_id))

    def tasks(self, dag_id: str, dag_run_id: str) -> list[TaskState]:
        """The task instances of a run, all of them."""
        return self._run(self._tasks(dag_id, dag_run_id))

    async def atasks(self, dag_id: str, dag_run_id: str) -> list[TaskState]:
        """:meth:`tasks` for an event loop."""
        return await self._arun(self._tasks(dag_id, dag_run_id))

    def pause(self, dag_id: str) -> Dag:
        """Pause a DAG: no new runs are scheduled."""
        return self.call(PAUSE_DAG, PauseDag(dag_id=dag_id, is_paused=True))

    async def apause(self, dag_id: str) -> Dag:
        """:meth:`pause` for an event loop."""
        return await self.acall(PAUSE_DAG, PauseDag(dag_id=dag_id, is_paused=True))

    def unpause(self, dag_id: str) -> Dag:
        """Let a paused DAG go on."""
        return self.call(PAUSE_DAG, PauseDag(dag_id=dag_id, is_paused=False))

    async def aunpause(self, dag_id: str) -> Dag:
        """:meth:`unpause` for an event loop."""
        return await self.acall(PAUSE_DAG, PauseDag(dag_id=dag_id, is_paused=False))

    def read(self, dag_id: str) -> Dag:
        """One DAG, with whether it is paused."""
        return self.call(READ_DAG, DagRef(dag_id=dag_id))

    async def aread(self, dag_id: str) -> Dag:
        """:meth:`read` for an event loop."""
        return await self.acall(READ_DAG, DagRef(dag_id=dag_id))

    def _trigger(self, dag_id: str, dag_run_id: str | None, conf: dict[str, JsonValue] | None, note: str | None) -> Steps[DagRun]:
        from dean_provider.hooks.conversation import begun, operate

        asked = TriggerDagRun(dag_id=dag_id, dag_run_id=dag_run_id, conf=conf or {}, note=note)
        manner = yield from begun(self.channel, self.manner())
        try:
            run: DagRun = yield from operate(self.channel, TRIGGER_DAG_RUN, asked, manner, repeatable=dag_run_id is not None)
        except ConflictError:
            if dag_run_id is None:
                raise
            run = yield from operate(self.channel, READ_DAG_RUN, DagRunRef(dag_id=dag_id, dag_run_id=dag_run_id), manner)
            if (run.conf or {}) != asked.conf:
                raise
        return run

    def _tasks(self, dag_id: str, dag_run_id: str) -> Steps[list[TaskState]]:
        from dean_provider.hooks.conversation import begun, operate

        found: list[TaskState] = []
        manner = yield from begun(self.channel, self.manner())
        while True:
            asked = ListTasks(dag_id=dag_id, dag_run_id=dag_run_id, limit=_PAGE, offset=len(found))
            page = yield from operate(self.channel, LIST_TASKS, asked, manner)
            found += page.task_instances
            if len(page.task_instances) < _PAGE or len(found) >= page.total_entries:
                return found

    def credential_check(self) -> tuple[Operation[Any, Any], BaseModel] | None:
        return LIST_DAGS, ListDags(limit=1)
