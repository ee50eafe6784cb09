from __future__ import annotations

from dean_provider.contract.population import Agent, AgentPage, Lineage
from dean_provider.errors import ConnectionFailedError, NotFoundError


def _agent(population_id, agent_id="a-1"):
    return Agent(agent_id=agent_id, population_id=population_id, genome=[1.0], fitness=2.0)


def test_agents_are_those_of_the_trials_population(make_gateway) -> None:
    gateway = make_gateway(indexagent={"list_agents": lambda asked: AgentPage(agents=[_agent(asked.population_id)])})
    workflow_id = gateway.trial()
    page = gateway.get(f"/trials/{workflow_id}/agents?generation=3&limit=7&fields=agent_id,fitness", "user:viewer").json()
    assert page == {"agents": [{"agent_id": "a-1", "fitness": 2.0}], "next_cursor": None}
    (asked,) = gateway.indexagent.requests("list_agents")
    assert (asked.population_id, asked.generation, asked.limit) == (f"p-{workflow_id}", 3, 7)


def test_an_agent_of_another_trial_is_not_found_by_way_of_this_one(make_gateway) -> None:
    foreign = _agent("p-of-others")
    gateway = make_gateway(indexagent={"read_agent": foreign, "read_lineage": Lineage(agent=foreign, ancestors=[])})
    workflow_id = gateway.trial()
    for path in ("agents/a-1", "agents/a-1/lineage"):
        answer = gateway.get(f"/trials/{workflow_id}/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "not_found")


def test_lineage_is_bounded_as_asked(make_gateway) -> None:
    gateway = make_gateway(indexagent={"read_lineage": lambda _: Lineage(agent=_agent(f"p-{workflow_id}"), ancestors=[], truncated=True)})
    workflow_id = gateway.trial()
    assert gateway.get(f"/trials/{workflow_id}/agents/a-1/lineage?depth=4").json()["truncated"]
    (asked,) = gateway.indexagent.requests("read_lineage")
    assert asked.depth == 4


def test_what_the_service_says_is_passed_on(make_gateway) -> None:
    gateway = make_gateway(indexagent={"read_agent": [NotFoundError("no such agent"), ConnectionFailedError("no answer")]})
    workflow_id = gateway.trial()
    assert gateway.get(f"/trials/{workflow_id}/agents/x").status_code == 404
    assert gateway.get(f"/trials/{workflow_id}/agents/x").status_code == 502


def test_a_trial_without_a_population_yet_says_so(gateway) -> None:
    from uuid import uuid4

    from dean_provider.contract.events.trial import TrialRequested

    workflow_id = uuid4()
    gateway.tell(workflow_id, TrialRequested())
    assert gateway.get(f"/trials/{workflow_id}/agents").status_code == 409
