"""What one task could not tell, handed to the next in an XCom."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Recorder

__all__ = ["KEY", "all_before", "hand_on", "nearest", "take_over"]

KEY = "unrecorded"
MOST_TASKS = 30
log = logging.getLogger(__name__)


def nearest(operator: Any) -> list[str]:
    """The tasks directly before ``operator`` that come after all others before it: each has taken over what came before it."""
    direct = operator.upstream_task_ids
    dag = operator.get_dag()
    if dag is None:
        return []
    earlier: set[str] = set()
    for task_id in direct:
        earlier |= dag.task_dict[task_id].get_flat_relative_ids(upstream=True)
    return sorted(direct - earlier)


def all_before(operator: Any) -> list[str]:
    """Every task before ``operator`` in its group. At most :data:`MOST_TASKS`: elsewhere than in a trial's own group or DAG, most of what
    comes before has nothing to do with the trial."""
    group = operator.task_id.rpartition(".")[0]
    before = operator.get_flat_relative_ids(upstream=True)
    return sorted(task_id for task_id in before if not group or task_id.startswith(f"{group}."))[:MOST_TASKS]


def take_over(context: Any, recorder: Recorder, task_ids: Iterable[str]) -> None:
    """Have ``recorder`` tell what these tasks, in the same run and with the same map index, could not."""
    if not recorder.on:
        return
    ti: Any = context["ti"]
    for task_id in task_ids:
        try:
            value = ti.xcom_pull(task_ids=task_id, key=KEY, map_indexes=ti.map_index)
        except Exception as error:  # noqa: BLE001 - whatever the reason, the trial goes on
            log.debug("What %s could not tell the recorder cannot be read: %s", task_id, type(error).__name__)
            continue
        if isinstance(value, dict) and value.get("workflow_id") == _workflow(recorder):
            recorder.backlog.merge(Backlog.of(value.get("backlog")))


def hand_on(context: Any, recorder: Recorder) -> None:
    """Leave what could not be told to the next task."""
    waiting = recorder.backlog.as_json()
    if waiting is None or not recorder.on:
        return
    try:
        context["ti"].xcom_push(key=KEY, value={"workflow_id": _workflow(recorder), "backlog": waiting})
    except Exception as error:  # noqa: BLE001 - as above
        log.debug("What the recorder did not take cannot be handed on: %s", type(error).__name__)


def _workflow(recorder: Recorder) -> str:
    return str(recorder.ref.workflow_id) if recorder.ref else ""
