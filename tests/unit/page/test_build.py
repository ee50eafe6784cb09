"""When the page is built, when it is not, and what happens when it cannot be."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def page(hook: ModuleType, tmp_path: Path) -> Path:
    """Sources with a bundle that was made from them."""
    folder = tmp_path / hook.PAGE
    (folder / "src").mkdir(parents=True)
    (folder / "public").mkdir()
    (folder / "dist").mkdir()
    for name in ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "index.html", "src/a.ts"):
        (folder / name).write_text(name)
    (folder / "dist" / "index.html").write_text("")
    (folder / "dist" / "inputs.sha256").write_text(hook.inputs_digest(folder) + "\n")
    return folder


@pytest.fixture
def make(hook: ModuleType, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv(hook.SKIP, raising=False)
    return lambda: hook.PageBuildHook(str(tmp_path), {}, None, None, "", "wheel")


def test_a_bundle_made_from_these_sources_is_kept_and_needs_no_node(hook: ModuleType, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook, "build", lambda _: pytest.fail("built again"))
    assert make().dependencies() == []
    make().initialize("standard", {})


@pytest.mark.parametrize("change", ["src/a.ts", "src/new.ts", "index.html", "dist/inputs.sha256"])
def test_any_change_makes_it_be_built(hook: ModuleType, page: Path, make: Any, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    built: list[Path] = []
    monkeypatch.setattr(hook, "build", built.append)
    (page / change).write_text("changed")
    assert make().dependencies() == [hook.NODE]
    make().initialize("standard", {})
    assert built == [page]


def test_what_cannot_be_built_is_no_wheel_but_still_an_editable_install(
    hook: ModuleType, page: Path, make: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(hook, "build", fail)
    (page / "index.html").write_text("changed")
    with pytest.raises(RuntimeError, match="no network"):
        make().initialize("standard", {})
    monkeypatch.setenv(hook.TOLD, str(page / "told"))
    make().initialize("editable", {})
    said = capsys.readouterr().err
    assert "without its page" in said
    assert "no network" in said
    assert (page / "told").read_text("utf-8") == said


def test_it_can_be_skipped(hook: ModuleType, page: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (page / "index.html").write_text("changed")
    monkeypatch.setenv(hook.SKIP, "1")
    monkeypatch.setattr(hook, "build", lambda _: pytest.fail("built"))
    assert make().dependencies() == []
    make().initialize("standard", {})
