"""``airflow dean …`` is ``dean …``, in a real Airflow with a home of its own."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dean_provider.cli.airflow_commands import COMMANDS, get_commands
from dean_provider.cli.main import dean


def _airflow(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN"))}
    return subprocess.run(
        [sys.executable, "-m", "airflow", *words],
        env={**clean, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_airflow_is_told_of_the_commands_there_are() -> None:
    assert set(COMMANDS) == set(dean.commands)
    (group,) = get_commands()
    assert {command.name for command in group.subcommands} == set(COMMANDS)


def test_the_module_that_every_airflow_command_imports_is_tiny() -> None:
    code = "import sys; import airflow.cli.cli_config; before = set(sys.modules); import dean_provider.cli.airflow_commands; "
    code += "print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    added = ast.literal_eval(done.stdout.splitlines()[-1])
    assert set(added) <= {"dean_provider", "dean_provider.cli", "dean_provider.cli.airflow_commands"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("airflow")


def test_words_options_and_exit_codes_pass_through(home: Path) -> None:
    shown = _airflow(home, "dean", "config", "show", "--origin", "--json", "-o", "seed=3", AIRFLOW__DEAN__POLL_SECONDS="2")
    assert shown.returncode == 0, shown.stderr
    values = json.loads(shown.stdout[shown.stdout.index("{") :])
    assert values["seed"] == {"value": 3, "origin": "command line"}
    assert values["poll_seconds"] == {"value": 2.0, "origin": "environment AIRFLOW__DEAN__POLL_SECONDS"}
    assert {item["origin"] for item in values.values()} == {"default", "command line", "environment AIRFLOW__DEAN__POLL_SECONDS"}
    refused = _airflow(home, "dean", "config", "show", "-o", "seed=-3")
    assert refused.returncode == 3
    assert "seed = -3 must be at least 0" in refused.stderr


def test_an_option_may_come_first(home: Path) -> None:
    done = _airflow(home, "dean", "version", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout[done.stdout.index("{") :])["dean-provider"]


def test_help_of_both(home: Path) -> None:
    assert "config" in _airflow(home, "dean", "--help").stdout
    assert "airflow dean config show" in _airflow(home, "dean", "config", "show", "--help").stdout


def test_trials_are_asked_of_the_gateway_here_too(home: Path, gateway_there, trial) -> None:
    gateway_there.add(trial("one"))
    words = ("dean", "trial", "list", "--json")
    done = _airflow(home, *words, DEAN_URL=gateway_there.url, DEAN_TOKEN=gateway_there.token(), XDG_STATE_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout[done.stdout.index("{") :])["workflows"][0]["name"] == "one"
    refused = _airflow(home, *words, DEAN_URL=gateway_there.url, XDG_STATE_HOME=str(home))
    assert refused.returncode == 7
