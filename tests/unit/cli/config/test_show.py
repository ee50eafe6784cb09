"""``dean config show``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dean_provider.cli.main import main
from dean_provider.config import options


@pytest.fixture(autouse=True)
def _no_airflow_cfg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "none"))


def test_every_setting_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(options())


def test_origins_of_each_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\ntrial: {seed: 1}\n")
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_GENERATIONS", "7")
    words = ["config", "show", "--origin", "--json", "--config-file", str(file), "-o", "trial.elite_size=1", "-o", 'labels={"a": "b"}']
    assert main(words) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["poll_seconds"] == {"value": 2.0, "origin": f"file {file} line 1"}
    assert shown["seed"] == {"value": 1, "origin": f"file {file} line 2"}
    assert shown["generations"] == {"value": 7, "origin": "environment AIRFLOW__DEAN__TRIAL_GENERATIONS"}
    assert shown["elite_size"] == {"value": 1, "origin": "command line"}
    assert shown["labels"] == {"value": {"a": "b"}, "origin": "command line"}
    assert shown["mutation_rate"] == {"value": 0.1, "origin": "default"}
    assert shown["config_file"] == {"value": str(file), "origin": "command line"}


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AIRFLOW__DEAN__REDIS_URL", "redis://:hunter2@cache/0")
    assert main(["config", "show", "--origin"]) == 0
    out = capsys.readouterr().out
    assert "redis://***@cache/0" in out
    assert "hunter2" not in out


def test_problems_are_all_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "-o", "seed=-1", "-o", "sede=1", "-o", "seed=none", "-o", "generations="]) == 3
    err = capsys.readouterr().err
    assert "sede = 1 is not a setting" in err
    assert "Did you mean seed?" in err
    assert "generations" in err
    assert "Traceback" not in err


def test_a_pipe_gets_lines_that_are_never_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "-o", f"repository={'x' * 300}"]) == 0
    assert "x" * 300 in capsys.readouterr().out


def test_no_login_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("report_uri: ftp://bob:s3cretToken@host/reports\n")
    for words in (["show", "--config-file", str(file)], ["show", "--json", "--config-file", str(file)], ["validate", str(file)]):
        assert main(["config", *words]) == 0
        assert "ftp://***@host/reports" in capsys.readouterr().out
    file.write_text("repository: https://bob:s3cretToken@git.example.org/x.git\n")
    for words in (["show", "--config-file", str(file)], ["validate", str(file)]):
        assert main(["config", *words]) != 0
        said = capsys.readouterr()
        assert "repository = https://***@git.example.org/x.git may hold no login in an address" in " ".join(said.err.split())
        assert "s3cretToken" not in f"{said.out}{said.err}"
