"""`make` finds a Python or says in one line what is missing, and keeps a user's Airflow out of every command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIND = ROOT / ".ci" / "find-python"
INSTALL = ROOT / ".ci" / "install"
POISON = {
    "AIRFLOW_HOME": "/poison",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////poison/airflow.db",
    "AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT": "http://poison",
    "DEAN_EVOLUTION_DATABASE_URL": "sqlite:////poison/evolution.db",
    "PYTHONPATH": "/poison",
}


@pytest.fixture
def machine(tmp_path: Path):
    """Runs the search on a machine that has only the Pythons given as scripts."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def run(*wanted: str, **pythons: str) -> subprocess.CompletedProcess[str]:
        for name, script in pythons.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
        env = {"PATH": str(folder), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "pyenv")}
        return subprocess.run([shutil.which("sh") or "/bin/sh", FIND, *wanted], env=env, capture_output=True, text=True, check=False)

    return run


def test_the_one_named_is_taken_first(machine) -> None:
    found = machine("mine", mine=f'exec {sys.executable} "$@"', python3=f'exec {sys.executable} "$@"')
    assert (found.returncode, found.stdout.strip()) == (0, "mine")


def test_an_unsuitable_one_is_passed_over(machine) -> None:
    found = machine(python3="exit 1", **{"python3.12": f'exec {sys.executable} "$@"'})
    assert (found.returncode, found.stdout.strip()) == (0, "python3.12")


def test_a_preferred_one_that_is_missing_is_passed_over(machine) -> None:
    found = machine("/nowhere", python3=f'exec {sys.executable} "$@"')
    assert (found.returncode, found.stdout.strip()) == (0, "python3")


def test_the_one_a_user_named_is_the_only_one(machine) -> None:
    found = machine("--only", "mine", mine=f'exec {sys.executable} "$@"', python3="exit 1")
    assert (found.returncode, found.stdout.strip()) == (0, "mine")


@pytest.mark.parametrize(
    ("mine", "said"),
    [
        (None, "mine is not there"),
        ("exit 1", "mine is no Python that runs"),
        ("echo 3.9.21", "mine is Python 3.9.21"),
        ("echo ok", "no Python"),
    ],
)
def test_nothing_takes_the_place_of_the_one_a_user_named(machine, mine: str | None, said: str) -> None:
    found = machine("--only", "mine", python3=f'exec {sys.executable} "$@"', **({"mine": mine} if mine else {}))
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = found.stderr.splitlines()
    assert said in line
    assert "3.10 to 3.13" in line


def test_make_stops_where_the_python_that_was_named_is_not_there(tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", f"VENV={tmp_path}/venv", "PYTHON=/nowhere/python3", "test-unit"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode
    assert done.stderr.startswith("/nowhere/python3 is not there: ")
    assert not (tmp_path / "venv").exists()


def test_no_suitable_python_is_one_line(machine) -> None:
    found = machine(python3="exit 1")
    assert found.returncode == 1
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert "3.10 to 3.13" in line
    assert "PYTHON=" in line


def test_a_missing_venv_module_is_one_line(machine) -> None:
    found = machine(python3=f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert "venv" in line
    assert "apt install" in line


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A copy of the project whose environments are prepared, and whose page was built then."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    page = "dean_provider/plugins/www"
    old = [
        "pyproject.toml",
        "constraints.txt",
        "constraints-oldest.txt",
        *(f"{page}/{name}" for name in ("index.html", "src/a.ts", "public/b")),
    ]
    for name in [*old, ".venv/bin/python", ".venv-oldest/bin/python"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for path in tmp_path.rglob("*"):
        os.utime(path, (1, 1))
    for name in (".venv/.run", ".venv/.dev", ".venv-oldest/.dev", f"{page}/dist/index.html", f"{page}/node_modules/c", f"{page}/.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("stamp", [".venv/.run", ".venv/.dev", ".venv-oldest/.dev"])
def test_a_change_of_the_pages_sources_is_installed_anew(prepared: Path, stamp: str) -> None:
    def current() -> bool:
        return not subprocess.run(["make", "-q", stamp], cwd=prepared, capture_output=True, check=False).returncode

    sources = prepared / "dean_provider" / "plugins" / "www"
    later = (prepared / stamp).stat().st_mtime + 10
    for made in ("dist/index.html", "node_modules/c", ".lock"):
        os.utime(sources / made, (later, later))
    assert current(), "what a build writes is no source"
    for changed in ("index.html", "src/a.ts", "public/b", "src"):
        os.utime(sources / changed, (later, later))
        assert not current(), changed
        os.utime(sources / changed, (1, 1))


@pytest.mark.parametrize("uv", ["exit 0", "exit 1"])
def test_why_the_page_could_not_be_built_is_said(tmp_path: Path, uv: str) -> None:
    """pip and uv show nothing of a build that succeeds."""
    (tmp_path / "bin").mkdir()
    build = 'case "$*" in *-e*) echo "no network" >"$DEAN_UI_BUILD_TOLD";; esac'
    for name, script in (("python", build), ("uv", f"{build}; {uv}")):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    done = subprocess.run(["sh", INSTALL, tmp_path, "constraints.txt", "dev"], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1:] == ["no network"]


def test_what_the_environment_names_is_neither_removed_nor_installed_into(prepared: Path, tmp_path: Path) -> None:
    mine = str(tmp_path / "mine")
    env = {**os.environ, "VENV": mine, "OLDEST_VENV": mine, "DB": mine, "WORKERS": mine, "ARGS": mine}

    def shown(*words: str) -> str:
        command = ["make", "--no-print-directory", "--dry-run", "clean", "demo", "test", *words]
        return subprocess.run(command, cwd=prepared, env=env, capture_output=True, text=True, check=True).stdout

    assert mine not in shown()
    assert f"rm -rf {mine} .venv-oldest" in shown(f"VENV={mine}"), "named to make itself it counts"


def test_nothing_of_a_users_airflow_reaches_a_command() -> None:
    env = {**os.environ, **POISON, "DEAN_TEST_KEPT": "yes"}
    command = ["make", "--no-print-directory", "--eval", "show: ; @env", "show"]
    shown = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
    assert "poison" not in shown
    assert "DEAN_TEST_KEPT=yes" in shown


def test_nothing_of_a_users_airflow_reaches_the_tests(tmp_path: Path) -> None:
    home = tmp_path / "poison"
    env = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db"}
    test = ROOT / "tests" / "unit" / "test_get_provider_info.py"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test], cwd=ROOT, env=env, capture_output=True, check=True
    )
    assert not home.exists()
