"""Forks: from which generation, with what changed."""

from __future__ import annotations

import json


def test_generation_and_changes_are_sent(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    code, out, _ = dean("trial", "fork", "one", "--generation", "1", "-c", "mutation_rate=0.5", "--json")
    assert code == 0
    asked = signed_in.last("fork_trial")
    assert (asked.workflow_id, asked.generation, asked.config) == (trial("one").id, 1, {"mutation_rate": 0.5})
    assert json.loads(out)["workflow"]["parent_id"] == str(trial("one").id)


def test_the_last_generation_unless_told(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    assert dean("trial", "fork", "one")[0] == 0
    assert (signed_in.last("fork_trial").generation, signed_in.last("fork_trial").config) == (None, {})
    assert dean("trial", "fork", "one", "--generation", "-1")[0] == 2


def test_the_same_key_is_the_same_fork(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    ids = {json.loads(dean("trial", "fork", "one", "--idempotency-key", "k", "--json")[1])["workflow"]["id"] for _ in range(2)}
    assert len(ids) == 1
