"""Agents of a trial and where they come from: kept by IndexAgent, fetched when somebody looks."""

from __future__ import annotations

from dean_provider.contract.endpoints import gateway, indexagent
from dean_provider.contract.inspection import ListTrialAgents, ReadTrialAgent, ReadTrialLineage
from dean_provider.contract.population import Agent, AgentPage, AgentRef, Lineage, LineageRequest, ListAgents
from dean_provider.contract.workflow import TRIAL
from dean_provider.errors import InvalidStateError, NotFoundError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]

_KEPT_SECONDS = 5.0
"""IndexAgent may be ahead of the record for as long."""


def routes(around: Surroundings) -> Table:
    async def list_agents(request: ListTrialAgents, call: Call) -> AgentPage:
        asked = ListAgents(population_id=_population(call), generation=request.generation, limit=request.limit, cursor=request.cursor)
        return await (await around.indexagent_of(call)).acall(indexagent.LIST_AGENTS, asked)

    async def read_agent(request: ReadTrialAgent, call: Call) -> Agent:
        found = await (await around.indexagent_of(call)).acall(indexagent.READ_AGENT, AgentRef(agent_id=request.agent_id))
        _require_own(found, call)
        return found

    async def read_lineage(request: ReadTrialLineage, call: Call) -> Lineage:
        asked = LineageRequest(agent_id=request.agent_id, depth=request.depth, limit=request.limit)
        found = await (await around.indexagent_of(call)).acall(indexagent.READ_LINEAGE, asked)
        _require_own(found.agent, call)
        return found

    return {
        gateway.LIST_TRIAL_AGENTS: Served(list_agents, Right.READ, only=TRIAL, kept_seconds=_KEPT_SECONDS),
        gateway.READ_TRIAL_AGENT: Served(read_agent, Right.READ, only=TRIAL, kept_seconds=_KEPT_SECONDS),
        gateway.READ_TRIAL_LINEAGE: Served(read_lineage, Right.READ, only=TRIAL, kept_seconds=_KEPT_SECONDS),
    }


def _population(call: Call) -> str:
    if call.subject.population_id is None:
        raise InvalidStateError("The trial has no population yet.", suggestions=["Look again when it has started."])
    return call.subject.population_id


def _require_own(agent: Agent, call: Call) -> None:
    """Who may read this trial may not by that read the agents of others."""
    if agent.population_id != _population(call):
        raise NotFoundError(f"Trial {call.subject.id} has no agent {agent.agent_id}.", details={"agent_id": agent.agent_id})
