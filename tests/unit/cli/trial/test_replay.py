"""Replays: the exit code tells whether the digests agree."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def replayed(signed_in, trial):
    """Arranges how trial "one" ended, and how its replay will."""

    def arrange(first: str | None, second: str | None, status: str = "completed") -> None:
        signed_in.add(trial("one", "completed", 4, digest=first))
        ended = trial("replay of one", status, 4, digest=second)
        signed_in.before["read_trial"] = lambda: signed_in.add(ended)

    return arrange


@pytest.mark.parametrize(
    ("first", "second", "status", "code"),
    [
        ("cafe", "cafe", "completed", 0),
        ("cafe", "beef", "completed", 5),
        ("cafe", None, "failed", 6),
        (None, "cafe", "completed", 5),
        (None, None, "completed", 5),
    ],
)
def test_whether_the_digests_agree(replayed, dean, first: str | None, second: str | None, status: str, code: int) -> None:
    replayed(first, second, status)
    got, out, _ = dean("trial", "replay", "one", "--wait", "--json")
    told = json.loads(out)
    assert (got, told["agrees"], told["original"]["digest"], told["replay"]["digest"]) == (code, code == 0, first, second)


def test_it_is_said(replayed, dean) -> None:
    replayed("cafe", "cafe")
    assert "The digests agree." in dean("trial", "replay", "one", "--wait")[1]
    replayed("cafe", "beef")
    assert dean("trial", "replay", "one", "--wait")[1].splitlines()[-3:] == [
        "original  cafe",
        "replay    beef",
        "The digests do not agree.",
    ]


def test_without_waiting_it_is_what_was_asked_for(replayed, dean, trial) -> None:
    replayed("cafe", "beef")
    code, out, _ = dean("trial", "replay", "one", "--json")
    assert (code, json.loads(out)["workflow"]["id"]) == (0, str(trial("replay of one").id))
