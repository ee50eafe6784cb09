"""What one task could not tell, handed to the next in an XCom."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Recorder

__all__ = ["KEY", "all_before", "hand_on", "nearest", "read_carried", "take_over"]

KEY = "dean_unrecorded"
"""Of the XCom. Whatever no later task of the run could tell, the reconciler does."""

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
            found = read_carried(ti.xcom_pull(task_ids=task_id, key=KEY, map_indexes=ti.map_index))
        except Exception as error:  # noqa: BLE001 - whatever the reason, the trial goes on
            log.debug("What %s could not tell the recorder cannot be read: %s", task_id, type(error).__name__)
            continue
        if found is not None and found[0] == recorder.ref:
            recorder.backlog.merge(found[1])


def hand_on(context: Any, recorder: Recorder) -> None:
    """Leave what could not be told to the next task."""
    if not recorder.backlog or recorder.ref is None or not recorder.on:
        return
    carried = {"ref": recorder.ref.model_dump(mode="json"), "backlog": recorder.backlog.as_json()}
    try:
        # As text, which no XCom backend and no version of Airflow writes in another way.
        context["ti"].xcom_push(key=KEY, value=json.dumps(carried))
    except Exception as error:  # noqa: BLE001 - as above
        log.debug("What the recorder did not take cannot be handed on: %s", type(error).__name__)


def read_carried(value: Any) -> tuple[RecordRef, Backlog] | None:
    """What an XCom of ours holds; ``None`` when it is none, or somebody else's."""
    if not isinstance(value, str):
        return None
    try:
        carried = json.loads(value)
        found = RecordRef.model_validate(carried["ref"]), Backlog.of(carried["backlog"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if found[1] else None
