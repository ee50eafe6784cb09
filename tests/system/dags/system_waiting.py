"""Trials that are waited for in other ways: in a mapped group, and by sensors alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, dag, task_group

from dean_provider.factory import trial_task_group
from dean_provider.sensors import TrialSensor

TRIAL = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 60, "pattern_policy": "off"}


@dag(schedule=None, catchup=False, is_paused_upon_creation=False)
def system_mapped() -> None:
    """A trial that goes through, and one that is left running when it is given up."""

    @task_group
    def mapped(name: str, on_kill: str) -> Any:
        return trial_task_group("trial", trial={**TRIAL, "name": name, "on_kill": on_kill}).outcome

    mapped.expand_kwargs([{"name": "mapped-through", "on_kill": "stop"}, {"name": "mapped-left", "on_kill": "leave"}])


system_mapped()

for dag_id, names, limit in (
    ("system_waits", ("one", "other"), None),
    ("system_deleted", ("one",), None),
    ("system_limited", ("one",), timedelta(seconds=45)),
):
    with DAG(dag_id, schedule=None, catchup=False, is_paused_upon_creation=False, default_args={"retries": 2}):
        for name in names:
            TrialSensor(task_id=name, trial=f"{{{{ dag_run.conf.{name} }}}}", kill_policy="stop", execution_timeout=limit, deferrable=True)
