"""One agent, its traits and whom it descends from."""

from __future__ import annotations

import json


def test_an_agent_and_its_ancestors(signed_in, dean, trial, agent) -> None:
    signed_in.add(trial("one"))
    signed_in.agents = [agent("a-0"), agent("a-1", 1, parent_ids=["a-0"], traits={"x": [0.125] * 40, "kind": "warm"})]
    code, out, _ = dean("agents", "show", "one", "a-1", "--depth", "3")
    assert code == 0
    for text in ("1, position 0", "warm", "0.125 0.125", "… (40)", "ancestor"):
        assert text in out
    assert out.splitlines()[-1].split() == ["a-0", "0", "-1", "initial"]
    assert json.loads(dean("agents", "show", "one", "a-1", "--json")[1])["agent_id"] == "a-1"
    assert json.loads(dean("agents", "show", "one", "a-1", "--depth", "1", "--json")[1])["ancestors"][0]["agent_id"] == "a-0"


def test_the_fittest_of_the_last_generation(signed_in, dean, trial, agent, point) -> None:
    signed_in.add(trial("one", generation=2))
    signed_in.points[trial("one").id] = [point(number) for number in range(3)]
    signed_in.agents = [agent("p-2-0", 2)]
    assert json.loads(dean("agents", "show", "one", "best", "--json")[1])["agent_id"] == "p-2-0"


def test_there_is_no_fittest_yet(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", "preparing", -1))
    code, _, err = dean("agents", "show", "one", "best")
    assert code == 1
    assert "has no generation yet" in err
