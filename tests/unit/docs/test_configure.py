"""What docs/how-to/configure.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dean_provider.cli.main import main
from dean_provider.config import check_file, resolve

PAGE = (Path(__file__).parents[3] / "docs/how-to/configure.md").read_text("utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def _rows() -> list[list[str]]:
    return [re.findall(r"`([^`]+)`", line) for line in PAGE.splitlines() if line.startswith("| `")]


def test_the_file_shown_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text(_block("yaml"))
    assert check_file(file).settings.trial.labels == {"team": "packing"}


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_the_ways_to_write_a_value_mean_the_same(row: list[str], tmp_path: Path) -> None:
    yaml_text, cfg, variable = row
    file = tmp_path / "dean.yaml"
    file.write_text(yaml_text)
    name, _, text = cfg.partition(" = ")
    exported, _, value = variable.partition("=")

    def settings(**arguments: Any) -> Any:
        return resolve(**{"environ": {}, "airflow_option": lambda _: None, **arguments}).settings.model_dump(exclude={"config_file"})

    expected = settings(config_file=file)
    assert settings(airflow_option=lambda asked: text if asked == name else None) == expected
    assert settings(environ={exported: value}) == expected


def test_the_refused_file_is_refused_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dean.yaml").write_text("pol_seconds: 2\ntrial:\n  generations: 50\n  elite_size: 100\n")
    assert main(["config", "validate", "dean.yaml"]) == 3
    assert _block("console").splitlines()[1:] == capsys.readouterr().err.splitlines()


def test_the_python_shown_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    exec(compile(_block("python"), "configure.md", "exec"), {})
    assert capsys.readouterr().out == "200 conf\n"
