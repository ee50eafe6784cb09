"""Applying patterns to copies."""

from __future__ import annotations

import json


def test_each_pattern_once(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", "completed"))
    code, out, _ = dean("patterns", "apply", "one", "p-1", "p-2", "p-1")
    assert code == 0
    assert "2 patterns to be imposed on copies" in out
    assert signed_in.last("apply_patterns").pattern_ids == ["p-1", "p-2"]
    assert json.loads(dean("patterns", "apply", "one", "p-1", "--json")[1])["name"] == "one"


def test_which_patterns_must_be_said(signed_in, dean) -> None:
    assert dean("patterns", "apply", "one")[0] == 2
