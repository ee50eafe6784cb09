"""The command line from one end to the other: a real sign-in, the real gateway, Airflow's own rights."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dean_provider.cli.main import main

pytestmark = pytest.mark.integration

DAG = "dean_evolution_trial"
COMPLETED = "00000000-0000-0000-0000-000000000002"
FAB_PASSWORD = "x" * 20

Dean = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dean:
    """Runs a command; ``typed`` is on its standard input."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def _password(server: Any, user: str) -> str:
    """The simple auth manager makes passwords of its own, for the users that are configured."""
    if server.auth == "fab":
        return FAB_PASSWORD
    return str(json.loads((server.home / "simple_auth_manager_passwords.json.generated").read_text())[user])


def _login(dean: Dean, server: Any, user: str) -> None:
    words = ["login", "--url", f"{server.origin}{server.prefix}", "--user", user, "--password-stdin"]
    code, out, err = dean(*words, typed=_password(server, user))
    assert (code, f"as {user} until" in out) == (0, True), err


@pytest.mark.parametrize(("auth", "user"), [("simple", "admin"), ("fab", "user")])
def test_from_signing_in_to_signing_out(auth: str, user: str, request: pytest.FixtureRequest, dean: Dean, tmp_path: Path) -> None:
    server = request.getfixturevalue(auth)
    _login(dean, server, user)
    assert json.loads(dean("whoami", "--json")[1])["user"] == user

    words = ["trial", "start", "-c", "name=typed", "-c", "seed=3", "--idempotency-key", f"typed-{auth}", "--json"]
    started = json.loads(dean(*words)[1])
    again = json.loads(dean(*words)[1])
    trial = started["workflow"]["id"]
    assert (started["created"], again["created"], again["workflow"]["id"]) == (True, False, trial)
    assert json.loads(dean("trial", "show", trial[:13], "--json")[1])["status"] == "requested"
    listed = json.loads(dean("trial", "list", "--search", "typed", "--dag-id", DAG, "--limit", "1", "--json")[1])
    assert [each["id"] for each in listed["workflows"]] == [trial]

    code, _, err = dean("trial", "pause", trial)
    assert (code, "has not started" in err) == (1, True)
    code, out, err = dean("trial", "cancel", trial, "--yes", "--reason", "only a test")
    assert (code, "is cancelled" in out) == (0, True), err
    assert dean("trial", "watch", trial)[0] == 6
    events = [json.loads(line) for line in dean("trial", "events", trial, "--json")[1].splitlines()]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert (events[-1]["event_type"], events[-1]["details"]["reason"]) == ("trial.cancelled", "only a test")
    compared = json.loads(dean("trial", "compare", trial, COMPLETED, "--json")[1])
    assert [each["id"] for each in compared["trials"]] == [trial, COMPLETED]

    token = json.loads((tmp_path / "dean" / "login.json").read_text())["token"]
    assert server.send("GET", "/api/v2/dags", token=token).status_code == 200
    revoked = json.loads(dean("logout", "--json")[1])["revoked"]
    assert (server.send("GET", "/api/v2/dags", token=token).status_code in (401, 403)) is revoked
    assert dean("trial", "list", "--url", server.origin)[0] == 7


def test_rights_are_airflows(fab: Any, dean: Dean) -> None:
    _login(dean, fab, "viewer")
    assert dean("trial", "list")[0] == 0
    for words in (["start"], ["cancel", COMPLETED, "--yes"], ["fork", COMPLETED], ["replay", COMPLETED]):
        code, out, _ = dean("trial", *words, "--json")
        assert (code, json.loads(out)["error_code"]) == (7, "permission_denied"), words


def test_what_is_wrong_is_said(simple: Any, dean: Dean) -> None:
    _login(dean, simple, "admin")
    code, _, err = dean("trial", "start", "-c", "populationsize=5")
    assert (code, "Did you mean population_size?" in err) == (3, True)
    code, _, err = dean("trial", "show", "00000000")
    assert (code, COMPLETED in err) == (1, True)
    assert dean("trial", "report", COMPLETED, "-o", "-")[0] == 1
    code, _, err = dean("agents", "list", COMPLETED)
    assert (code, "Error:" in err) == (4, True)
    checks = json.loads(dean("status", "--json")[1])["services"]
    assert (checks["evolution"]["status"], checks["record"]["status"]) == ("unhealthy", "healthy")


def test_a_wrong_password_is_refused(fab: Any, dean: Dean) -> None:
    code, out, err = dean("login", "--url", fab.origin, "-u", "user", "--password-stdin", typed="wrong horse")
    assert (code, "refused user and password" in err) == (7, True)
    assert "wrong horse" not in out + err
