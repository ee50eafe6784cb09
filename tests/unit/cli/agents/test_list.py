"""Lists of agents."""

from __future__ import annotations

import json


def test_those_of_the_last_generation_unless_told(signed_in, dean, trial, agent) -> None:
    signed_in.add(trial("one"))
    signed_in.agents = [agent("a-0", 0), agent("a-2", 2, parent_ids=["a-0"])]
    assert [each["agent_id"] for each in json.loads(dean("agents", "list", "one", "--json")[1])["agents"]] == ["a-2"]
    assert [each["agent_id"] for each in json.loads(dean("agents", "list", "one", "--generation", "0", "--json")[1])["agents"]] == ["a-0"]
    code, out, _ = dean("agents", "list", "one", "--all-generations")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["agent", "a-0", "a-2"]


def test_none(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", "preparing", -1))
    assert dean("agents", "list", "one")[:2] == (0, "No agents.\n")


def test_one_generation_and_all_of_them_is_usage(signed_in, dean) -> None:
    assert dean("agents", "list", "one", "--generation", "1", "--all-generations")[0] == 2
    assert signed_in.asked == []


def test_pages(signed_in, dean, trial, agent) -> None:
    signed_in.add(trial("one", generation=0))
    signed_in.agents = [agent(f"a-{number}") for number in range(5)]
    signed_in.page_size = 2
    _, out, err = dean("agents", "list", "one", "--limit", "3")
    assert len(out.splitlines()) == 4
    assert "--cursor 3" in err
    assert len(json.loads(dean("agents", "list", "one", "--all", "--json")[1])["agents"]) == 5
