from __future__ import annotations

from pathlib import Path

import pytest

from dean_provider.local.calling import command, option


def test_in_a_checkout_commands_are_makes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    assert command("up") == "make up"
    assert command("demo", "--seed 7") == "make demo ARGS='--seed 7'"
    assert option("--home DIR") == "--home DIR (with make: ARGS='--home DIR')"


def test_elsewhere_they_are_those_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "Makefile").touch()
    monkeypatch.chdir(tmp_path)
    assert command("up") == "dean up"
    assert command("demo", "--seed 7") == "dean demo --seed 7"
    assert option("--home DIR") == "--home DIR"
