"""``airflow dean …`` is ``dean …``, in a real Airflow with a home of its own."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace
from typing import Any

import pytest

from dean_provider.cli.airflow_commands import COMMANDS, get_commands
from dean_provider.cli.main import dean

AIRFLOW = """
import json, os, sys
from airflow import __main__ as airflow
for line in sys.stdin:
    asked = json.loads(line)
    command = os.fork()
    if not command:
        for stream in (1, 2):
            os.dup2(os.open(asked["streams"][stream - 1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.environ.update(asked["environ"])
        sys.argv = ["airflow", *asked["words"]]
        sys.exit(airflow.main())
    print(os.waitstatus_to_exitcode(os.waitpid(command, 0)[1]), flush=True)
"""


def _environ(home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN"))}
    return {**clean, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "COLUMNS": "200"}


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


@pytest.fixture(scope="module")
def airflow(home: Path) -> Iterator[Callable[..., Any]]:
    """Runs ``airflow`` with words and an environment: each command in a process of its own, of one that has imported Airflow already."""
    server = subprocess.Popen([sys.executable, "-c", AIRFLOW], env=_environ(home), stdin=PIPE, stdout=PIPE, text=True)
    assert server.stdin
    assert server.stdout

    def run(*words: str, **environ: str) -> Any:
        streams = [home / "stdout", home / "stderr"]
        server.stdin.write(json.dumps({"words": words, "environ": environ, "streams": [str(stream) for stream in streams]}) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        stdout, stderr = (stream.read_text("utf-8") for stream in streams)
        return SimpleNamespace(returncode=code, stdout=stdout, stderr=stderr)

    with server:
        yield run
        server.stdin.close()
    assert server.returncode == 0


def test_words_options_and_exit_codes_pass_through(home: Path, airflow) -> None:
    words = ("dean", "config", "show", "--origin", "--json", "-o", "seed=3")
    environ = {**_environ(home), "AIRFLOW__DEAN__POLL_SECONDS": "2"}
    shown = subprocess.run([sys.executable, "-m", "airflow", *words], env=environ, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    values = json.loads(shown.stdout[shown.stdout.index("{") :])
    assert values["seed"] == {"value": 3, "origin": "command line"}
    assert values["poll_seconds"] == {"value": 2.0, "origin": "environment AIRFLOW__DEAN__POLL_SECONDS"}
    assert {item["origin"] for item in values.values()} == {"default", "command line", "environment AIRFLOW__DEAN__POLL_SECONDS"}
    refused = airflow("dean", "config", "show", "-o", "seed=-3")
    assert refused.returncode == 3
    assert "seed = -3 must be at least 0" in refused.stderr


def test_an_option_may_come_first(airflow) -> None:
    done = airflow("dean", "version", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout[done.stdout.index("{") :])["dean-provider"]


def test_help_of_both(airflow) -> None:
    assert "config" in airflow("dean", "--help").stdout
    assert "airflow dean config show" in airflow("dean", "config", "show", "--help").stdout


def test_trials_are_asked_of_the_gateway_here_too(home: Path, airflow, gateway_there, trial) -> None:
    gateway_there.add(trial("one"))
    words = ("dean", "trial", "list", "--json")
    done = airflow(*words, DEAN_URL=gateway_there.url, DEAN_TOKEN=gateway_there.token(), XDG_STATE_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout[done.stdout.index("{") :])["workflows"][0]["name"] == "one"
    refused = airflow(*words, DEAN_URL=gateway_there.url, XDG_STATE_HOME=str(home))
    assert refused.returncode == 7
