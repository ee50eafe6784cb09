"""Patterns: those of one trial, and the registry of all."""

from __future__ import annotations

from dean_provider.contract.endpoints import evolution, gateway
from dean_provider.contract.inspection import ListTrialPatterns
from dean_provider.contract.pattern import ListPatterns, Pattern, PatternPage
from dean_provider.contract.workflow import TRIAL
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]


def routes(around: Surroundings) -> Table:
    async def list_of_trial(request: ListTrialPatterns, call: Call) -> PatternPage:
        if call.subject.trial_id is None:
            return PatternPage(patterns=[])
        asked = ListPatterns(trial_id=call.subject.trial_id, status=request.status, limit=request.limit, cursor=request.cursor)
        return await (await around.evolution_of(call)).acall(evolution.LIST_PATTERNS, asked)

    async def list_all(request: ListPatterns, call: Call) -> PatternPage:
        page = await around.evolution(None, call.request_id).acall(evolution.LIST_PATTERNS, request)
        hidden = await around.room.cheap.run(lambda: _hidden(page.patterns, call))
        return page.model_copy(update={"patterns": [one for one in page.patterns if one.trial_id not in hidden]})

    return {
        gateway.LIST_TRIAL_PATTERNS: Served(list_of_trial, Right.READ, only=TRIAL),
        gateway.LIST_PATTERNS: Served(list_all, Right.READ_SOME),
    }


def _hidden(patterns: list[Pattern], call: Call) -> set[str]:
    """Trials among those of ``patterns`` that the caller may not read. A registry may hold those of other installations too."""
    from dean_provider.state import permitted

    trial_ids = {one.trial_id for one in patterns if one.trial_id is not None}
    with call.sessions() as session:
        return permitted.hidden_trials(session, trial_ids, dag_ids=call.authority.dag_ids(session))
