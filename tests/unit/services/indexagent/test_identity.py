from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.services.indexagent.identity import agent_id, agent_ids, agent_position

POPULATIONS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\Z")


@given(POPULATIONS, st.integers(0, 10**9), st.integers(0, 9999))
def test_an_id_finds_its_agent(population, generation, position):
    assert agent_position(agent_id(population, generation, position)) == (population, generation, position)


@pytest.mark.parametrize("text", ["", "agent-1", "a:1", "a:01:2", "a:1:02", "a:-1:2", ":1:2", "a:1:2 "])
def test_other_texts_are_no_positions(text):
    assert agent_position(text) is None


def test_a_generation_has_as_many_ids_as_agents():
    assert agent_ids("p", 3, 2) == ["p:3:0", "p:3:1"]
