"""``dean config validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dean_provider.cli.main import main


def test_a_good_file_and_what_it_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\ntrial: {labels: {team: a}}\n")
    assert main(["config", "validate", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{file} is valid and gives 2 settings."
    assert main(["config", "validate", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": str(file),
        "valid": True,
        "settings": {"poll_seconds": 2.0, "labels": {"team": "a"}},
    }


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_SEED", "nonsense")
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\n")
    assert main(["config", "validate", str(file)]) == 0


def test_every_problem_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("pol_seconds: 2\ntrial:\n  generations: 0\n  elite_size: 100\n  sede: 7\n  failure_tolerance: 3\n")
    assert main(["config", "validate", str(file)]) == 3
    assert capsys.readouterr().err.splitlines() == [
        f"Error: The file {file} has 5 problems.",
        "  - pol_seconds = 2 is not a setting",
        f"    in file {file} line 1",
        "    → Did you mean poll_seconds?",
        "  - sede = 7 is not a setting of a trial",
        f"    in file {file} line 5",
        "    → Did you mean seed?",
        "  - failure_tolerance = 3 is not a setting of a trial",
        f"    in file {file} line 6",
        "    → Write failure_tolerance outside of trial.",
        "  - generations = 0 must be at least 1 (allowed: 1 to 100000)",
        f"    in file {file} line 3",
        "    → For example generations: 60. Steps after the initial population.",
        "  - elite_size (100) must be below population_size (60)",
        f"    in file {file} line 4",
        "    → Set elite_size to 59 or less.",
    ]
    assert main(["config", "validate", str(file), "--json"]) == 3
    assert len(json.loads(capsys.readouterr().out)["details"]["problems"]) == 5


@pytest.mark.parametrize(("content", "said"), [(None, "does not exist"), ("a: [", "line 1, column 5: is not valid YAML")])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str | None, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dean.yaml"
    if content:
        file.write_text(content)
    assert main(["config", "validate", str(file)]) == 3
    err = capsys.readouterr().err
    assert f"FILE = {file}" in err
    assert said in err
