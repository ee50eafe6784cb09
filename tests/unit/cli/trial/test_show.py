"""One trial, named in every way a person may name it."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from dean_provider.contract.trial import Scores, TerminationReason


@pytest.mark.parametrize("shorten", [str, lambda whole: whole.hex, lambda whole: str(whole)[:6], lambda whole: whole.hex[:12].upper()])
def test_by_id_and_by_the_beginning_of_one(signed_in, dean, trial, shorten) -> None:
    signed_in.add(trial("one"), trial("two"))
    code, out, _ = dean("trial", "show", shorten(trial("one").id), "--json")
    assert (code, json.loads(out)["id"]) == (0, str(trial("one").id))


def test_by_name_and_by_the_services_id(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"), trial("one more"))
    for text in ("one", "t-one more"):
        assert dean("trial", "show", text, "--json")[0] == 0
    assert json.loads(dean("trial", "show", "one", "--json")[1])["name"] == "one"


def test_by_a_name_that_many_others_hold(signed_in, dean, trial) -> None:
    signed_in.add(*(trial(f"packing {number}") for number in range(150)), trial("packing"))
    code, out, _ = dean("trial", "show", "packing", "--json")
    assert (code, json.loads(out)["name"]) == (0, "packing")


def test_a_whole_id_is_not_looked_up(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    dean("trial", "show", str(trial("one").id), "--json")
    assert signed_in.operations() == ["read_trial"]


def test_several_that_could_be_meant_are_listed(signed_in, dean, trial) -> None:
    first = trial("same", id=UUID("aaaaaaaa-0000-5000-8000-000000000001"))
    second = trial("same", "failed", id=UUID("aaaaaaaa-0000-5000-8000-000000000002"))
    signed_in.add(first, second)
    for text in ("same", "aaaaaaaa"):
        code, _, err = dean("trial", "show", text)
        assert code == 1
        assert str(first.id) in err
        assert f"{second.id} (same, failed" in err


@pytest.mark.parametrize("text", ["nothing", "", "-", "00000000-0000-4000-8000-000000000000", "%", "x" * 5000])
def test_what_is_not_there(signed_in, dean, trial, text: str) -> None:
    signed_in.add(trial("one"), trial(""))
    code, out, _ = dean("trial", "show", text, "--json")
    assert (code, json.loads(out)["error_code"]) == (1, "not_found")


def test_what_there_is_to_say_is_said(signed_in, dean, trial, point) -> None:
    shown = trial(
        "one",
        "completed",
        4,
        digest="cafe" * 16,
        termination_reason=TerminationReason.GENERATIONS,
        scores=Scores(train=1.25, test=2.5),
        baselines={"best fit": Scores(test=5.37)},
        labels={"team": "packing"},
        warnings=["a short budget", "a small population"],
    )
    signed_in.add(shown)
    signed_in.points[shown.id] = [point(number) for number in range(5)]
    code, out, _ = dean("trial", "show", "one", "--config")
    assert code == 0
    for text in ("completed", "4/4", "▁▃▅▆█", "cafe" * 16, "train 1.25  test 2.5", "test 5.37", "team=packing", "a small population"):
        assert text in out
    assert "population_size  60" in out
    assert "error" not in out
