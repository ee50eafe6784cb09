from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from dean_provider.local import launch

# As Airflow's command is for `launch`: says what it was given and what was loaded by then.
AIRFLOW = """
import gc, json, secrets, sys

def main():
    print(json.dumps({"argv": sys.argv, "secrets": secrets.__file__, "loaded": list(sys.modules), "threshold": gc.get_threshold()}))
"""


@pytest.fixture
def said(tmp_path: Path):
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow/__init__.py").touch()
    (tmp_path / "airflow/__main__.py").write_text(AIRFLOW)

    def run(*words: str) -> dict:
        # The path goes with the variable, so that this Airflow is found before the installed one.
        command = [sys.executable, launch.__file__, "/somewhere/airflow", *words]
        return json.loads(subprocess.check_output(command, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, text=True))

    return run


def test_airflow_is_told_what_was_asked_and_finds_the_standard_library(said):
    told = said("dags", "list", "--output", "json")
    assert told["argv"] == ["/somewhere/airflow", "dags", "list", "--output", "json"]
    assert not Path(told["secrets"]).is_relative_to(Path(launch.__file__).parent)
    assert told["threshold"][0] > 700
    assert not [name for name in told["loaded"] if name.startswith("dean_provider")]


def test_only_the_scheduler_forks_tasks_and_what_an_airflow_lacks_does_not_keep_it_from_starting(said):
    told = said("scheduler", "--skip-serve-logs")
    assert {"dean_provider.contract.trial", "dean_provider.config.settings"} <= set(told["loaded"])


def test_everything_named_is_there():
    assert [name for name in (*launch._OF_A_TASK, *launch._PACKAGES_OF_A_TASK) if find_spec(name) is None] == []
