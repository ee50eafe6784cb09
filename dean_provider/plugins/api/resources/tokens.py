"""The token economy of the Evolution API."""

from __future__ import annotations

from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, ReadUsage, Usage
from dean_provider.contract.endpoints import evolution, gateway
from dean_provider.contract.events import Event, ReportedFact
from dean_provider.contract.events.installation import TokensAllocated
from dean_provider.contract.service import Empty
from dean_provider.errors import ConflictError, NotFoundError
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
        """:raises NotFoundError: when the usage is one of a trial that the caller may not read."""
        await around.room.cheap.run(lambda: _require_sight(request.trial_id, call))
        return await around.evolution(None, call.request_id).acall(evolution.READ_USAGE, request)

    async def allocate(request: AllocateTokens, call: Call) -> Allocation:
        key = call.fact_key("tokens")
        before = await around.room.cheap.run(lambda: call.told_before(key))
        if before is not None:
            return _given_before(before, request)
        given = await around.evolution(None, call.request_id).acall(evolution.ALLOCATE_TOKENS, request)
        fact = TokensAllocated(holder=given.holder, after=given.tokens, used=given.used)
        told = ReportedFact.of(fact, key=key, occurred_at=given.updated_at)
        await around.room.cheap.run(lambda: record_installation(call, [told]))
        return given

    return {
        gateway.READ_BUDGET: Served(read_budget, Right.READ_SOME),
        gateway.READ_USAGE: Served(read_usage, Right.READ_SOME),
        gateway.ALLOCATE_TOKENS: Served(allocate, Right.CHANGE_CONFIGURATION),
    }


def _require_sight(trial_id: str | None, call: Call) -> None:
    """A trial that the caller may not read is as good as none. The service may know those of other installations too."""
    from dean_provider.state import permitted

    if trial_id is None:
        return
    with call.sessions() as session:
        if permitted.hidden_trials(session, {trial_id}, dag_ids=call.authority.dag_ids(session)):
            raise NotFoundError(f"There is no trial {trial_id}.", details={"trial_id": trial_id})


def _given_before(event: Event, request: AllocateTokens) -> Allocation:
    """The answer that was given under the same idempotency key: setting the budget again would undo what others set since, unseen.

    :raises ConflictError: when something else was asked for then.
    """
    fact = TokensAllocated.model_validate(event.details)
    if (fact.holder, fact.after) != (request.holder, request.tokens):
        raise ConflictError(
            f"{fact.after} tokens for {fact.holder} were asked for under this Idempotency-Key.",
            details={"holder": fact.holder, "tokens": fact.after},
            suggestions=["Draw a new key for another allocation."],
        )
    return Allocation(holder=fact.holder, tokens=fact.after, used=fact.used or 0, updated_at=event.occurred_at or event.timestamp)
