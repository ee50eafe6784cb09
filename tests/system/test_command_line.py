"""Trials from the command line, through a live Airflow: asked for, watched, looked into, run again."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from dean_provider.cli.main import main
from dean_provider.local.airflow_home import AirflowHome
from dean_provider.local.stack import Stack
from tests.system.conftest import NEWEST

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    NEWEST,
]


@pytest.fixture
def dean(stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs a command, signed in at the live Airflow: exit code and standard output."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def run(*words: str) -> tuple[int, str]:
        code = main(words)
        return code, capsys.readouterr().out

    monkeypatch.setattr("sys.stdin", io.StringIO(stack.secrets.password))
    assert run("login", "--url", stack.airflow_home.url, "-u", AirflowHome.USER, "--password-stdin")[0] == 0
    return run


def test_a_trial_is_started_watched_looked_into_forked_and_run_again(live: Any, dean: Any, tmp_path: Path) -> None:
    live.have_triggerers(1)
    settings = tmp_path / "trial.yaml"
    settings.write_text(json.dumps({"trial": live.tiny("typed")}))
    code, out = dean("trial", "start", "-f", str(settings), "-c", "seed=7", "--wait", "--every", "0.5", "--json")
    trial = json.loads(out)
    assert (code, trial["status"], trial["generation"], trial["owner"]) == (0, "completed", 5, AirflowHome.USER)

    events = [json.loads(line) for line in dean("trial", "events", trial["id"], "--json")[1].splitlines()]
    generations = [event["details"]["generation"]["generation"] for event in events if event["event_type"] == "generation.completed"]
    assert generations == list(range(6))
    best = json.loads(dean("agents", "show", trial["id"], "best", "--json")[1])
    assert best["fitness"] == pytest.approx(trial["best_fitness"])
    report = tmp_path / "report.html"
    live.wait(lambda: dean("trial", "report", trial["id"], "-o", str(report))[0] == 0, "the report to be written")
    assert trial["digest"][:12] in report.read_text("utf-8")

    forked = json.loads(dean("trial", "fork", trial["id"], "--generation", "2", "--json")[1])
    code, out = dean("trial", "replay", trial["id"], "--wait", "--every", "0.5", "--json")
    assert (code, json.loads(out)["agrees"]) == (0, True)
    live.wait(lambda: json.loads(dean("trial", "show", trial["id"], "--json")[1])["replays"], "the original to know of its replay")

    def ended() -> Any:
        fork = json.loads(dean("trial", "show", forked["workflow"]["id"], "--json")[1])
        return fork if fork["status"] == "completed" else None

    fork = live.wait(ended, "the fork to end")
    assert (fork["parent_id"], fork["parent_generation"]) == (trial["id"], 2)
    comparison = json.loads(dean("trial", "compare", trial["id"], fork["id"], "--json")[1])
    assert (comparison["same_digest"], comparison["differences"]) == (True, [])
    assert len(json.loads(dean("agents", "list", fork["id"], "--generation", "5", "--json")[1])["agents"]) == 10
    assert dean("status")[0] == 0
