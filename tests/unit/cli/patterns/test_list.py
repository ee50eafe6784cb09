"""Lists of patterns."""

from __future__ import annotations

import json

import pytest

from dean_provider.cli.patterns.list import STATUSES
from dean_provider.contract.pattern import PatternStatus


def test_the_registrys_or_one_trials(signed_in, dean, trial, pattern) -> None:
    signed_in.add(trial("one"))
    signed_in.patterns = [pattern("p-1"), pattern("p-2", "refused")]
    code, out, _ = dean("patterns", "list")
    assert code == 0
    assert "+0.5 (+0.1 to +0.9)" in out.splitlines()[1]
    assert [each["pattern_id"] for each in json.loads(dean("patterns", "list", "--status", "refused", "--json")[1])["patterns"]] == ["p-2"]
    assert dean("patterns", "list", "--trial", "one", "--status", "accepted")[0] == 0
    asked = signed_in.last("list_trial_patterns")
    assert (asked.workflow_id, asked.status) == (trial("one").id, PatternStatus.ACCEPTED)
    assert dean("patterns", "list", "--objective", "sphere")[0] == 0
    assert signed_in.last("list_patterns").objective == "sphere"


def test_a_trial_has_one_objective(signed_in, dean) -> None:
    assert dean("patterns", "list", "--trial", "one", "--objective", "sphere")[0] == 2


def test_none(signed_in, dean) -> None:
    assert dean("patterns", "list")[:2] == (0, "No patterns.\n")


@pytest.mark.parametrize("status", PatternStatus)
def test_every_status_can_be_asked_for(status: PatternStatus) -> None:
    assert status.value in STATUSES
    assert len(STATUSES) == len(PatternStatus)
