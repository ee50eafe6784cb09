"""Whose an execution is: its id is made of the DAG, the run, the task that starts it and the map index, so that no other can open it."""

from __future__ import annotations

from uuid import UUID

from dean_provider.config.settings import ProviderSettings
from dean_provider.contract.workflow import Origin
from dean_provider.errors import PermissionDeniedError
from dean_provider.handle import RecordRef
from dean_provider.operators.identity import start_task_beside, trial_id
from dean_provider.operators.namespace import installation_namespace
from dean_provider.plugins.api.task_token import TaskClaims
from dean_provider.plugins.api.variables import ServerVariables
from dean_provider.state.leftovers import Leftover

__all__ = ["namespace_of", "speaks_for", "unowned"]


def namespace_of(settings: ProviderSettings) -> UUID:
    """The namespace of the ids of this installation. Blocks.

    :raises InvalidConfigurationError: when the Variable holds something else than a UUID, or keeps changing.
    """
    return installation_namespace(settings.namespace, ServerVariables())


def speaks_for(task: TaskClaims | Leftover, whose: Origin | RecordRef) -> bool:
    """Whether ``task`` is of the run, the map index and the group that an execution is of."""
    same_run = (task.dag_id, task.run_id, task.map_index) == (whose.dag_id, whose.run_id, whose.map_index)
    return same_run and (not whose.task_group or task.task_id.startswith(f"{whose.task_group}."))


def unowned(workflow_id: UUID, origin: Origin, start_task_id: str, namespace: UUID) -> PermissionDeniedError | None:
    """Why ``origin`` may not open the record of ``workflow_id``; ``None`` when it may.

    :param start_task_id: task that the id is said to come from; ``start_evolution`` of the origin's group when empty.
    """
    task_id = start_task_id or start_task_beside(f"{origin.task_group}." if origin.task_group else "")
    inside = task_id.rpartition(".")[0] == origin.task_group
    own = trial_id(namespace, dag_id=origin.dag_id, run_id=origin.run_id, task_id=task_id, map_index=origin.map_index)
    if inside and own == str(workflow_id):
        return None
    return PermissionDeniedError(
        f"Execution {workflow_id} is not the one that task {task_id} of DAG {origin.dag_id} starts in run {origin.run_id}, "
        "so this run cannot open its record.",
        details={"workflow_id": str(workflow_id), "origin": origin.model_dump(), "start_task_id": task_id},
        suggestions=[
            "[dean] namespace, or without it the Airflow Variable dean_namespace, must be the same for tasks and API servers.",
            "start_task_id must be the task that the execution has its id from, in the origin's group.",
        ],
    )
