"""The program as a whole: quick to start, and every error a message and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import rich_click as click

from dean_provider.cli.exits import ExitCode, exit_code
from dean_provider.cli.main import GROUPS, dean, main
from dean_provider.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectionFailedError,
    DeanError,
    InvalidConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    UnknownObjectiveError,
)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Makes ``dean version`` end in the given error."""

    def arrange(error: BaseException) -> None:
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setitem(dean.commands, "version", click.Command("version", callback=fail, params=dean.commands["version"].params))

    return arrange


@pytest.mark.parametrize("words", [["--help"], ["config", "show", "--help"], ["service", "run", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom dean_provider.cli.main import main\nmain(sys.argv[1:])\n"
        "heavy = {'airflow', 'numpy', 'pymoo', 'fastapi', 'sqlalchemy', 'pydantic', 'yaml', 'aiohttp', 'requests'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_a_shell_completes_words() -> None:
    program = "import sys; from dean_provider.cli.main import main; sys.exit(main(program='dean'))"
    env = {**os.environ, "_DEAN_COMPLETE": "bash_complete", "COMP_WORDS": "dean trial wa", "COMP_CWORD": "2"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,watch\n"


@pytest.mark.parametrize("program", ["dean", "airflow dean"])
def test_the_help_lists_every_command_under_a_title(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"], program=program) == 0
    out = capsys.readouterr().out
    listed = [out.index(f"─ {title} ─") for title in GROUPS]
    assert listed == sorted(listed)
    assert "─ Commands ─" not in out, "a command that is in no group"


def test_every_command_explains_itself() -> None:
    def walk(command: click.Command) -> list[click.Command]:
        children = command.commands.values() if isinstance(command, click.Group) else []
        return [command, *(found for child in children for found in walk(child))]

    for command in walk(dean):
        assert command.help, command.name
        assert command.get_short_help_str(200).endswith("."), command.name


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidConfigurationError("x"), ExitCode.INVALID_CONFIGURATION),
        (UnknownObjectiveError("x"), ExitCode.INVALID_CONFIGURATION),
        (ConnectionFailedError("x"), ExitCode.SERVICE_UNAVAILABLE),
        (CircuitOpenError("x"), ExitCode.SERVICE_UNAVAILABLE),
        (AuthenticationError("x"), ExitCode.NOT_ALLOWED),
        (PermissionDeniedError("x"), ExitCode.NOT_ALLOWED),
        (NotFoundError("x"), ExitCode.FAILURE),
    ],
)
def test_exit_codes_follow_the_kind_of_error(error: DeanError, code: ExitCode) -> None:
    assert exit_code(error) is code


def test_an_error_is_a_message_and_a_suggestion(failing, capsys: pytest.CaptureFixture[str]) -> None:
    failing(ConnectionFailedError("IndexAgent does not answer.", suggestions=["Start it with `dean service run all`."]))
    assert main(["version"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "Error: IndexAgent does not answer.\n  → Start it with `dean service run all`.\n"


def test_an_error_with_json_is_one_problem_document(failing, capsys: pytest.CaptureFixture[str]) -> None:
    failing(NotFoundError("There is no such trial.", details={"trial_id": "t"}, suggestions=["Look again."]))
    assert main(["version", "--json"]) == 1
    out, err = capsys.readouterr()
    problem = json.loads(out)
    assert err == ""
    assert (problem["error_code"], problem["message"], problem["details"]) == ("not_found", "There is no such trial.", {"trial_id": "t"})
    assert problem["suggestions"] == ["Look again."]


@pytest.mark.parametrize("message", ["It cannot work: all of this.", "It cannot work."])
def test_listed_problems_are_shown_one_by_one_whoever_found_them(message: str, failing, capsys: pytest.CaptureFixture[str]) -> None:
    problems = [
        {"field": "extra.timeout", "rule": "must be a number"},
        {"field": "seed", "value": -1, "rule": "must be at least 0", "origin": "conf"},
    ]
    failing(InvalidConfigurationError(message, details={"problems": problems, "omitted": 3}))
    assert main(["version"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "Error: It cannot work.",
        "  - extra.timeout must be a number",
        "  - seed = -1 must be at least 0",
        "    in conf",
        "  … and 3 more.",
    ]


@pytest.mark.parametrize("words", [["nonsense"], ["version", "--nonsense"], ["config", "show", "-o", "seed"], ["config", "validate"]])
def test_a_wrong_command_line_is_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "Usage:" in err
    assert main([*words, "--json"]) == ExitCode.USAGE
    assert json.loads(capsys.readouterr().out)["error_code"] == "usage"


def test_a_mistake_in_dean_itself_says_so_without_a_traceback(failing, capsys: pytest.CaptureFixture[str]) -> None:
    failing(KeyError("lost"))
    assert main(["version"]) == ExitCode.BUG
    assert capsys.readouterr().err == "Error: KeyError: 'lost'\n  → Run it again with DEAN_DEBUG=1 and report what it shows.\n"


def test_a_full_disk_is_no_mistake_of_dean(failing, capsys: pytest.CaptureFixture[str]) -> None:
    failing(OSError(28, "No space left on device", "/tmp/x"))
    assert main(["version"]) == ExitCode.FAILURE
    assert capsys.readouterr().err == "Error: No space left on device: /tmp/x\n"


def test_debugging_shows_the_traceback(failing, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(NotFoundError("x"))
    with pytest.raises(NotFoundError):
        main(["--debug", "version"])
    monkeypatch.setenv("DEAN_DEBUG", "1")
    with pytest.raises(NotFoundError):
        main(["version"])


def test_an_interruption_is_130(failing, capsys: pytest.CaptureFixture[str]) -> None:
    failing(KeyboardInterrupt())
    assert main(["version"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == "Interrupted."


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    dean_program = "import sys; from dean_provider.cli.main import main; sys.exit(main())"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", dean_program, "version"], stdout=write, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == ExitCode.FAILURE


def test_version_tells_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == 0
    versions = json.loads(capsys.readouterr().out)
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["apache-airflow"].startswith("3.")
    assert main(["version"]) == 0
    assert "dean-provider" in capsys.readouterr().out
