"""``dean service run`` hands its options to the services' own program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dean_provider.cli.main import main


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []
    monkeypatch.setattr("dean_provider.services.command.run", lambda words: calls.append(words) or 0)
    return calls


def test_what_was_given_is_handed_on_and_nothing_else(started: list[list[str]]) -> None:
    words = ["--host", "127.0.0.1", "--port", "0", "--database", "sqlite:///x.db", "--log-level", "debug"]
    assert main(["service", "run", "indexagent", *words]) == 0
    assert main(["service", "run", "evolution", "--indexagent-url", "http://localhost:1", "--workers", "2"]) == 0
    assert main(["service", "run", "all", "--evolution-port", "0"]) == 0
    assert started == [
        ["indexagent", *words],
        ["evolution", "--indexagent-url", "http://localhost:1", "--workers", "2"],
        ["all", "--evolution-port", "0"],
    ]


def test_a_service_that_ended_badly_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.services.command.run", lambda words: 1)
    assert main(["service", "run", "indexagent"]) == 1


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("DEAN_INDEXAGENT_PORT", "70000", 3),
        ("DEAN_INDEXAGENT_REPOSITORIES", "x=/nowhere", 3),
        ("DEAN_EVOLUTION_WORKERS", "many", 3),
        ("DEAN_EVOLUTION_DATABASE_URL", "postgresql://u:swordfish@127.0.0.1:9/d", 4),
    ],
)
def test_a_service_that_cannot_start_has_the_exit_code_of_every_command(
    variable: str, value: str, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from dean_provider.services import command

    monkeypatch.setenv(variable, value)
    words = ["indexagent" if "INDEXAGENT" in variable else "evolution", *([] if variable.endswith("PORT") else ["--port", "0"])]
    assert main(["service", "run", *words]) == code
    assert command.main(words) == code
    assert "swordfish" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "words", [["nonsense"], ["indexagent", "--port", "70000"], ["evolution", "--workers", "0"], ["all", "--port", "1"]]
)
def test_what_no_service_can_do_is_refused_before_anything_starts(words: list[str], started: list[list[str]]) -> None:
    assert main(["service", "run", *words]) == 2
    assert started == []


def test_the_options_are_those_of_the_services_own_program() -> None:
    from dean_provider.cli.service.run import run
    from dean_provider.services.command import _parser

    commands = next(action for action in _parser()._actions if action.choices).choices
    assert set(commands) == set(run.commands)
    for name, command in run.commands.items():
        ours = {option for parameter in command.params for option in parameter.opts}
        theirs = {option for action in commands[name]._actions for option in action.option_strings}
        assert ours <= theirs, name


def test_starting_a_service_never_imports_airflow(tmp_path: Path) -> None:
    code = (
        "import sys; from dean_provider.cli.main import main; import dean_provider.services.command as c; "
        "c._start = lambda _: 0; code = main(['service', 'run', 'all']); print(code, 'airflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["0", "False"]
