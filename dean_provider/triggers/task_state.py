"""Whether a cancelled wait means that somebody gave up the trial.

A trigger is cancelled for many reasons: the task was marked, cleared or timed out, the triggerer restarts, is redeployed or lost
its triggers to another one. Only the state of the task instance tells them apart, so the triggerer's supervisor is asked for it.
Airflow 3.3's ``on_kill`` also fires when a trigger merely moves, and 3.2 has none: it is not used.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["GIVEN_UP", "TaskIdentity", "cleared", "correlation_of", "read_task_state"]

GIVEN_UP = frozenset({"failed", "success", "skipped", "removed"})
"""States in which nobody will wait for the trial again. In every other the next try, or another triggerer, re-attaches."""

REMOVED = "removed"


@dataclass(frozen=True)
class TaskIdentity:
    """Which task instance waits. The try is left out: whichever try is current decides."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1

    def as_arguments(self) -> dict[str, Any]:
        """The JSON form a trigger carries."""
        return asdict(self)

    @classmethod
    def of(cls, context: Any) -> TaskIdentity:
        """The task instance that is executing."""
        ti = context["ti"]
        return cls(ti.dag_id, ti.run_id, ti.task_id, -1 if ti.map_index is None else ti.map_index)

    def state_in(self, states: dict[str, Any]) -> str | None:
        """This task instance's state in Airflow's answer ``{run_id: {task: state}}``.

        A task instance that is not in it no longer exists (its run was deleted): as good as removed.
        """
        tasks = states.get(self.run_id, {})
        key = self.task_id if self.map_index < 0 else f"{self.task_id}_{self.map_index}"
        if key not in tasks:
            return REMOVED
        return None if tasks[key] is None else str(getattr(tasks[key], "value", tasks[key]))


def correlation_of(context: Any) -> str:
    """Correlation id of the task instance that is executing: the same in every try, on the worker and in the triggerer."""
    from dean_provider.hooks.correlation import correlation_id

    identity = TaskIdentity.of(context)
    return correlation_id(identity.dag_id, identity.run_id, identity.task_id, identity.map_index)


def cleared(context: Any, retries: int | None) -> bool:
    """Whether this is the first try after a person cleared the task: clearing grants ``retries`` further tries."""
    ti = context["ti"]
    return bool(ti.try_number > 1 and ti.try_number == ti.max_tries - (retries or 0) + 1)


async def read_task_state(identity: TaskIdentity) -> str | None:
    """State of a task instance as Airflow knows it now; ``None`` is a state too (cleared, not yet scheduled).

    :raises ConnectionError: when the supervisor cannot answer, for example because it is shutting down.
    """
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import GetTaskStates, TaskStatesResult

    comms: Any = getattr(task_runner, "SUPERVISOR_COMMS", None)
    reader = getattr(comms, "_reader_task", None)
    if comms is None or (reader is not None and reader.done()):
        raise ConnectionError("the triggerer's supervisor no longer answers")
    request = GetTaskStates(
        dag_id=identity.dag_id,
        run_ids=[identity.run_id],
        task_ids=[identity.task_id],
        map_index=identity.map_index if identity.map_index >= 0 else None,
    )
    answer = await comms.asend(request)
    if not isinstance(answer, TaskStatesResult):
        raise ConnectionError(f"the supervisor answered {type(answer).__name__}")
    return identity.state_in(answer.task_states)
