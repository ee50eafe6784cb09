"""`make fuzz` looks longer with every property test, or it would not be worth its name."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).parents[1]
FIXED = re.compile(r"max_examples=\s*\d+\s*[,)]")


def test_the_long_profile_looks_at_thousands():
    assert settings.get_profile("long").max_examples >= 2000
    assert settings.get_profile("short").max_examples <= 100


def test_no_test_fixes_how_many_examples_it_looks_at():
    files = [path for path in TESTS.rglob("*.py") if path != TESTS / "conftest.py"]
    assert [str(path) for path in files if FIXED.search(path.read_text(encoding="utf-8"))] == []
