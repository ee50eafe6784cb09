"""The generated pages say what the code says, and leave nothing out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from dean_provider.cli.exits import ExitCode
from dean_provider.config import options

ROOT = Path(__file__).parents[3]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/reference/generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("path", GENERATOR.PAGES, ids=lambda path: path.name)
def test_generated_files_are_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == GENERATOR.PAGES[path](), "run `make docs`"


def test_the_pages_types_are_those_of_the_api() -> None:
    assert GENERATOR.fresh_types(), "run `make docs`"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text("utf-8")
    assert [name for name in options() if f"| `{name}`" not in page] == []


def test_every_command_and_exit_code_is_documented() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text("utf-8")
    commands = [context.command_path for context in GENERATOR._contexts(GENERATOR.dean, "dean", None)]
    assert [command for command in commands if f"### {command}\n" not in page] == []
    assert [code for code in ExitCode if f"| {code.value} |" not in page] == []
