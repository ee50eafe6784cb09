"""The token economy of the Evolution API."""

from __future__ import annotations

from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, ReadUsage, Usage
from dean_provider.contract.endpoints import evolution, gateway
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.installation import TokensAllocated
from dean_provider.contract.service import Empty
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import record_installation
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(around: Surroundings) -> Table:
    async def read_budget(_: Empty, call: Call) -> Budget:
        return await around.evolution(None, call.request_id).acall(evolution.READ_BUDGET, Empty())

    async def read_usage(request: ReadUsage, call: Call) -> Usage:
        return await around.evolution(None, call.request_id).acall(evolution.READ_USAGE, request)

    async def allocate(request: AllocateTokens, call: Call) -> Allocation:
        given = await around.evolution(None, call.request_id).acall(evolution.ALLOCATE_TOKENS, request)
        fact = TokensAllocated(holder=given.holder, after=given.tokens)
        await around.room.cheap.run(lambda: record_installation(call, [ReportedFact.of(fact, key=f"tokens:{call.request_id}")]))
        return given

    return {
        gateway.READ_BUDGET: Served(read_budget, Right.READ_SOME),
        gateway.READ_USAGE: Served(read_usage, Right.READ_SOME),
        gateway.ALLOCATE_TOKENS: Served(allocate, Right.CHANGE_CONFIGURATION),
    }
