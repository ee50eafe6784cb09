"""Trials side by side."""

from __future__ import annotations

import json

from dean_provider.contract.trial import Scores


def test_figures_and_differences(signed_in, dean, trial) -> None:
    signed_in.add(
        trial("one", "completed", 4, digest="cafe" * 16, scores=Scores(test=3.25), configuration={"seed": 7, "labels": {"a": "b"}}),
        trial("two", "completed", 4, digest="beef" * 16, configuration={"seed": 8, "labels": {"a": "b"}}),
    )
    code, out, _ = dean("trial", "compare", "one", "two")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["one", str(trial("one").id)[:8], "two", str(trial("two").id)[:8]]
    assert ["status", "completed", "completed"] in lines
    assert ["scores", "test", "3.25"] in lines
    assert ["digest", "cafe" * 4, "beef" * 4] in lines
    assert ["·", "seed", "7", "8"] in lines
    assert not any("labels" in line for line in lines)
    assert lines[-1] == ["Their", "digests", "differ."]


def test_what_is_alike_is_said_to_be(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", digest="cafe"), trial("two", digest="cafe"))
    out = dean("trial", "compare", "one", "two")[1]
    assert "Their settings are the same." in out
    assert "Their digests are the same." in out


def test_as_json_in_the_order_asked_for(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"), trial("two"), trial("three"))
    out = dean("trial", "compare", "three", "one", "two", "--json")[1]
    assert [each["name"] for each in json.loads(out)["trials"]] == ["three", "one", "two"]


def test_it_takes_two_different_ones(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    for words in (["one"], ["one", "one"], ["one", str(trial("one").id)]):
        assert dean("trial", "compare", *words)[0] == 2
