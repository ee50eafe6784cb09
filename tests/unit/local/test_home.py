"""What runs here overwrites and deletes, but never what it did not make."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from dean_provider.cli.main import main
from dean_provider.errors import ConfigurationError, InvalidConfigurationError
from dean_provider.local.home import MARKER, claim, templates_beside
from dean_provider.local.ports import Ports
from dean_provider.local.secrets import Secrets
from dean_provider.local.stack import Stack

THEIRS = {
    "a home directory": ("airflow/airflow.cfg", "airflow/airflow.db", ".profile"),
    "a database": ("evolution.db",),
    "beside DAGs": ("dags/mine.py", "airflow.db"),
    "secrets of something else": ("secrets.json",),
}


class StartedError(Exception):
    """It went on to what comes after the home."""


def write(home: Path, *names: str) -> Path:
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text('{"password": "mine"}')
    return home


def everything_in(home: Path) -> dict[str, tuple[int, str]]:
    """Each path of it with its mode and its text."""
    paths = [home, *home.rglob("*")]
    return {str(path): (stat.S_IMODE(path.stat().st_mode), path.read_text() if path.is_file() else "") for path in paths}


@pytest.fixture(params=THEIRS)
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    home = write(tmp_path / "theirs", *THEIRS[request.param])
    home.chmod(0o755)
    return home


@pytest.mark.parametrize("command", ["demo", "up"])
def test_a_folder_with_anything_of_somebody_elses_is_refused_and_nothing_in_it_touched(
    command: str, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(theirs)
    before = everything_in(tmp_path)
    for given in (str(theirs), "theirs", "link"):
        assert main([command, "--home", given, "--port", "auto"]) == 3
        said = " ".join(capsys.readouterr().err.split())
        assert "is not empty, and dean did not make it" in said
        assert "--home DIR" in said
    assert everything_in(tmp_path) == before


def test_the_refusal_names_field_value_and_rule(theirs: Path):
    with pytest.raises(InvalidConfigurationError) as caught:
        claim(theirs)
    assert caught.value.details == {
        "field": "home",
        "value": str(theirs),
        "rule": "must be a new or empty folder, or one that dean demo or dean up made",
    }


def test_a_file_is_no_home(tmp_path: Path):
    write(tmp_path, "file")
    with pytest.raises(InvalidConfigurationError, match="is no folder"):
        claim(tmp_path / "file")


@pytest.mark.parametrize("names", [(), ("dags/mine.py",)])
def test_an_empty_folder_and_one_with_dags_alone_become_a_home_and_stay_one(names: tuple[str, ...], tmp_path: Path):
    claim(write(tmp_path, *names))
    write(tmp_path, "airflow/airflow.db", "evolution.db")
    claim(tmp_path)


def test_a_new_folder_becomes_a_home(tmp_path: Path):
    claim(tmp_path / "new" / "home")
    assert (tmp_path / "new" / "home" / MARKER).is_file()


def test_a_home_from_before_there_was_a_marker_is_known_by_its_secrets(tmp_path: Path):
    Secrets.of(write(tmp_path, "airflow/airflow.db", "environment"))
    kept = json.loads((tmp_path / "secrets.json").read_text())
    del kept["gateway_secret"]  # the first version had none
    (tmp_path / "secrets.json").write_text(json.dumps(kept))
    claim(tmp_path)
    assert (tmp_path / MARKER).is_file()


def test_a_link_to_a_folder_that_is_not_there_yet_makes_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Stack, "_start_services", _stop_there)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StartedError), Stack(tmp_path / "link"):
        pass
    assert (tmp_path / "elsewhere" / MARKER).is_file()


def test_a_fresh_start_forgets_what_an_earlier_one_made_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Stack, "_start_services", _stop_there)
    claim(tmp_path)
    made = ("airflow/airflow.db", "indexagent.db", "evolution.db", "evolution.db-wal", "evolution.db-shm", "result.json")
    kept = ("mine.db", "evolution.db.copy", "reports/demo.html", "dags/mine.py", "templates/sign.db")
    write(tmp_path, *made, *kept)
    with pytest.raises(StartedError), Stack(tmp_path, fresh=True):
        pass
    assert [name for name in made if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []


def _stop_there(_stack: Stack) -> None:
    raise StartedError


def test_a_demo_that_fails_leaves_no_earlier_result_but_what_else_there_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dean_provider.local.ports._taken", lambda _port: True)
    claim(tmp_path)
    write(tmp_path, "result.json", "evolution.db")
    with pytest.raises(ConfigurationError, match="is taken"), Stack(tmp_path, ports=Ports(), fresh=True):
        pass
    assert not (tmp_path / "result.json").exists()
    assert (tmp_path / "evolution.db").exists()


def test_databases_are_kept_for_several_homes_only_in_a_folder_of_ours():
    assert (
        templates_beside(Path("/somewhere/.dean/demo"))
        == templates_beside(Path("/somewhere/.dean/up"))
        == Path("/somewhere/.dean/templates")
    )
    assert templates_beside(Path("/home/me/demo")) == Path("/home/me/demo/templates")
