"""The page's own tests, its types, and what it may weigh."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.integration.page.conftest import PAGE

pytestmark = pytest.mark.integration

# Compressed, as it is sent. What an Airflow user waits for on a DAG without trials, and before the first view is there.
TAB_BUDGET = 12_000
FIRST_VIEW_BUDGET = 190_000


def test_the_pages_own_tests_pass(hook: ModuleType, modules: Path) -> None:
    hook.run_npm(modules, "test")


def test_types_hold_and_those_of_the_api_are_what_the_generator_makes(hook: ModuleType, modules: Path) -> None:
    hook.run_npm(modules, "run", "check")
    hook.run_npm(modules, "run", "generate", "--", "--check")


def test_the_lock_names_no_host_and_nothing_runs_a_script_when_installed() -> None:
    lock = json.loads((PAGE / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert [package["resolved"] for package in packages if "resolved" in package] == []
    assert [package for package in packages if package.get("hasInstallScript")] == []
    assert [name for name, package in lock["packages"].items() if name and "integrity" not in package] == []


def _weight(files: set[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)


def _static(file: Path, seen: set[Path]) -> set[Path]:
    """The file and every script it cannot do without."""
    if file not in seen:
        seen.add(file)
        for name in re.findall(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""", file.read_text("utf-8")):
            _static(file.parent / name, seen)
    return seen


def test_the_bundle_keeps_within_its_budget(bundle: Path) -> None:
    document = (bundle / "index.html").read_text("utf-8")
    first = {bundle / name for name in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', document)}
    scripts = {script for file in first if file.suffix == ".js" for script in _static(file, set())}
    assert _weight(first | scripts) < TAB_BUDGET
    main = next((bundle / "assets").glob("main-*.js"))
    overview = next((bundle / "assets").glob("overview-*.js"))
    needed = first | scripts | _static(main, set()) | _static(overview, set()) | set((bundle / "assets").glob("main-*.css"))
    assert _weight(needed) < FIRST_VIEW_BUDGET


def test_nothing_is_asked_of_another_server(bundle: Path) -> None:
    document = (bundle / "index.html").read_text("utf-8")
    assert "http://" not in document
    assert "https://" not in document
    styles = "".join(file.read_text("utf-8") for file in (bundle / "assets").glob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?https?:", styles) == []
