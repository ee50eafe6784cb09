"""Calls as the command line makes them: quick to start, without an Airflow on the machine, and every failure with advice for a person."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
import rich_click as click

from dean_provider.cli.main import dean as program
from dean_provider.contract.alert import Incident
from dean_provider.errors import PermissionDeniedError, RateLimitedError, ServiceUnavailableError


def _commands(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _commands(child, *path, name)
    else:
        yield path, command


ASKING = {path: command for path, command in _commands(program) if any(option.name == "url" for option in command.params)}
ARGUMENTS = {
    "trial": "one",
    "trials": "one two",
    "agent": "a-0",
    "patterns": "p-1",
    "incidents": "ServiceDown-1",
    "silence": "11111111-1111-4111-8111-111111111111",
}
INCIDENT = Incident(
    incident_id="ServiceDown-1",
    rule="ServiceDown",
    severity="critical",
    status="firing",
    message="it is away",
    raised_at=datetime.now(timezone.utc),
)
NEEDED = {
    ("trial", "cancel"): ["--yes"],
    ("trial", "report"): ["-o", "report.html"],
    ("alerts", "silence"): ["--rule", "ServiceDown", "--for", "2h"],
}


def _words(path: tuple[str, ...], command: click.Command) -> list[str]:
    """A command line with everything that must be given."""
    given = [word for each in command.params if isinstance(each, click.Argument) for word in ARGUMENTS[str(each.name)].split()]
    return [*path, *given, *NEEDED.get(path, [])]


@pytest.mark.parametrize("path", ASKING, ids=" ".join)
def test_every_command_has_json_and_an_explanation(path: tuple[str, ...], signed_in, dean, trial, agent, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    signed_in.add(trial("one", "completed"), trial("two", "completed"))
    signed_in.agents = [agent("a-0")]
    signed_in.incidents = [INCIDENT]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    words = _words(path, ASKING[path])
    if path == ("login",):
        monkeypatch.setenv("DEAN_USER", "ada")
        monkeypatch.setenv("DEAN_PASSWORD", "correct horse")
    code, out, err = dean(*words, "--json")
    assert (code, err) == (0, "")
    for document in out.splitlines() if path[-1] in ("watch", "events") else [out]:
        json.loads(document)
    code, out, _ = dean(*path, "--help")
    assert code == 0
    assert "--json" in out


def test_whatever_speaks_of_trials_can_speak_json() -> None:
    groups = ("agents", "alerts", "login", "logout", "patterns", "status", "trial", "whoami")
    without = [path for path, command in _commands(program) if path[0] in groups and all(each.name != "as_json" for each in command.params)]
    assert without == []


@pytest.mark.parametrize("path", [path for path in ASKING if path != ("login",)], ids=" ".join)
def test_whoever_is_not_signed_in_is_told_how_to(path: tuple[str, ...], gateway_there, state_home, dean) -> None:
    words = _words(path, ASKING[path])
    code, out, err = dean(*words, "--url", gateway_there.url)
    assert (code, out) == (7, "")
    assert f"Nobody is signed in at {gateway_there.url}." in err
    assert f"`dean login --url {gateway_there.url}`" in err
    code, out, _ = dean(*words, "--url", gateway_there.url, "--json")
    assert json.loads(out)["error_code"] == "authentication_failed"


def test_a_token_that_is_refused_is_never_shown(gateway_there, state_home, dean, monkeypatch) -> None:
    monkeypatch.setenv("DEAN_TOKEN", "secret-token-that-is-wrong")
    for words in (["--json"], []):
        code, out, err = dean("trial", "list", "--url", gateway_there.url, *words)
        assert code == 7
        assert "DEAN_TOKEN" in out + err
        assert "secret-token" not in out + err


def test_a_sign_in_that_has_expired_says_so(gateway_there, state_home, dean) -> None:
    kept = state_home / "dean" / "login.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"url": gateway_there.url, "token": "old", "user": "ada", "expires_at": "2020-01-01T00:00:00+00:00"}))
    kept.chmod(0o600)
    code, _, err = dean("trial", "list")
    assert code == 7
    assert "has expired" in err


def test_nothing_there_names_the_address_and_how_to_set_it(state_home, dean, monkeypatch) -> None:
    monkeypatch.setenv("DEAN_URL", "http://127.0.0.1:9")
    code, _, err = dean("trial", "list")
    assert code == 4
    assert "No connection to http://127.0.0.1:9: Connection refused." in err
    assert "runs at http://127.0.0.1:9 (DEAN_URL)" in err
    assert "--url" in err


def test_an_airflow_without_the_provider(signed_in, dean, monkeypatch) -> None:
    signed_in.prefix = ""
    code, _, err = dean("trial", "list", "--url", f"{signed_in.url}/elsewhere")
    assert code == 1
    assert "dean-provider is installed" in err


def test_missing_tables_lead_to_the_migration(signed_in, dean) -> None:
    signed_in.failing["list_trials"] = ServiceUnavailableError("The tables are missing.", suggestions=["Run `airflow db migrate`."])
    code, _, err = dean("trial", "list")
    assert code == 4
    assert "Run `airflow db migrate`." in err


def test_what_passes_is_waited_for(signed_in, dean) -> None:
    errors = [RateLimitedError("Slow down."), ServiceUnavailableError("Busy.")]

    def fail() -> None:
        if errors:
            raise errors.pop()

    signed_in.before["list_trials"] = fail
    assert dean("trial", "list")[0] == 0
    assert len({headers["x-request-id"] for _, _, headers in signed_in.asked}) == 1


def test_who_may_not_is_told_so(signed_in, dean) -> None:
    signed_in.failing["list_trials"] = PermissionDeniedError("You may not read trials.")
    code, _, err = dean("trial", "list")
    assert code == 7
    assert "You may not read trials." in err
    assert "dean whoami" in err


def test_a_command_needs_no_airflow(signed_in, state_home) -> None:
    code = "import sys; from dean_provider.cli.main import main; code = int(main(sys.argv[1:])); "
    code += "print(sorted({'airflow', 'sqlalchemy', 'fastapi', 'numpy', 'aiohttp'} & set(sys.modules)), code)"
    done = subprocess.run([sys.executable, "-c", code, "trial", "list"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert ast.literal_eval(done.stdout.splitlines()[-1].rpartition(" ")[0]) == []


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_unless_they_are_not_wanted(signed_in, dean, trial, monkeypatch, variables: dict[str, str], coloured: bool) -> None:
    signed_in.add(trial("one"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "200", **variables}.items():
        monkeypatch.setenv(name, value)
    out = dean("trial", "list")[1]
    assert str(trial("one").id)[:8] in out
    assert ("\x1b[36mrunning" in out) is coloured
