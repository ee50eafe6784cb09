"""Whatever the package imports is declared where it is needed: by the package itself, by Airflow, or by the extra of that room."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dean_provider"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = {"engine": "engine", "services": "services", "testing": "services", "local": "local"}
"""Rooms that work only with an extra."""
OPTIONAL = {"redis": "redis"}
"""What any room may use where its extra is installed."""


def _names(requirements: list[str]) -> set[str]:
    """Distributions, those of our own extras among them."""
    found = set()
    for each in map(Requirement, requirements):
        if canonicalize_name(each.name) == "dean-provider":
            for extra in each.extras:
                found |= _names(PROJECT["optional-dependencies"][extra])
        else:
            found.add(canonicalize_name(each.name))
    return found


@cache
def _required(distribution: str, *, exactly: bool = False) -> set[str]:
    """What an installed distribution needs without extras; ``exactly``: only what it pins, for that is a part of it."""
    needed = [each for each in map(Requirement, requires(distribution) or []) if "extra ==" not in str(each.marker)]
    return {canonicalize_name(each.name) for each in needed if not exactly or str(each.specifier).startswith("==")}


_distributions = cache(packages_distributions)


def _allowed(extra: str | None) -> set[str]:
    declared = _names(PROJECT["dependencies"]) | (_names(PROJECT["optional-dependencies"][extra]) if extra else set())
    parts = set().union(*(_required(name, exactly=True) for name in ("pydantic", "apache-airflow")))
    return declared | parts | _required("apache-airflow-core")


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _undeclared(path: Path) -> list[str]:
    room = path.relative_to(PACKAGE).parts[0]
    missing = []
    for module in sorted(set(_imported(path))):
        top = module.split(".")[0]
        if top in sys.stdlib_module_names | {"dean_provider"}:
            continue
        allowed = _allowed(OPTIONAL.get(top, EXTRAS.get(room)))
        if top == "airflow" and (provider := re.match(r"airflow\.providers\.(\w+)", module)):
            providers = {"apache-airflow-providers-" + provider[1].replace("_", "-")}
        else:
            providers = {canonicalize_name(name) for name in _distributions().get(top, [top])}
        if not providers & allowed:
            missing.append(module)
    return missing


@pytest.mark.parametrize("room", sorted({path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")}))
def test_whatever_is_imported_is_declared(room: str) -> None:
    paths = [PACKAGE / room] if room.endswith(".py") else (PACKAGE / room).rglob("*.py")
    assert {str(path.relative_to(PACKAGE)): missing for path in paths if (missing := _undeclared(path))} == {}


def test_what_is_not_declared_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROJECT, "dependencies", [each for each in PROJECT["dependencies"] if not each.startswith("rfc8785")])
    assert _undeclared(PACKAGE / "state" / "canonical.py") == ["rfc8785"]
    assert _undeclared(PACKAGE / "engine" / "variation.py") == []
    monkeypatch.setitem(EXTRAS, "engine", None)
    assert any(name.startswith("numpy") for name in _undeclared(PACKAGE / "engine" / "variation.py"))
