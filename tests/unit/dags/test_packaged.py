"""Every DAG file of this package, read as Airflow's DAG processor reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dean_provider.bundle import DeanDagBundle

try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag


@pytest.fixture(scope="module", params=[False, True], ids=["dags", "examples"])
def bag(request):
    bundle = DeanDagBundle(name="dean", examples=request.param)
    return DagBag(dag_folder=bundle.path, safe_mode=True)


def test_every_file_is_read_without_error(bag):
    assert not bag.import_errors
    read = {Path(dag.fileloc).name for dag in bag.dags.values()}
    assert read == {path.name for path in Path(bag.dag_folder).glob("*.py") if path.name != "__init__.py"}


def test_every_dag_says_what_it_is_and_belongs_to_the_house(bag):
    for dag in bag.dags.values():
        assert "dean" in dag.tags
        assert dag.description
        assert dag.dagrun_timeout is None
        assert not dag.catchup


def test_the_manual_dag_runs_at_once_and_the_scheduled_one_waits_for_somebody():
    bag = DagBag(dag_folder=DeanDagBundle(name="dean").path)
    manual, scheduled = bag.dags["dean_evolution_trial"], bag.dags["dean_evolution_trial_scheduled"]
    assert manual.is_paused_upon_creation is False
    assert scheduled.is_paused_upon_creation is True
    assert [task.task_id for task in manual.tasks] == [task.task_id for task in scheduled.tasks]
    assert set(manual.params) == set(scheduled.params)


LOADED = """
import json, sys
import airflow.sdk
import dean_provider.dags.dean_evolution_trial
print(json.dumps([name for name in sys.modules if name.startswith("dean_provider.")]))
"""


def test_reading_a_file_loads_nothing_that_only_a_run_needs():
    """Every task reads its file anew, and the DAG processor every file again and again."""
    shown = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(json.loads(shown.stdout.splitlines()[-1]))
    for part in (
        "triggers.trial",
        "triggers.following",
        "contract.trial",
        "contract.events",
        "recording",
        "report",
        "config",
        "hooks.service",
    ):
        assert f"dean_provider.{part}" not in loaded, part
