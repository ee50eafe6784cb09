"""Tokens and patterns of the Evolution API, where its dialect tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from dean_provider.contract.economy import Budget
from dean_provider.contract.endpoints import evolution
from dean_provider.contract.monitoring import BudgetBurn
from dean_provider.contract.pattern import ListPatterns
from dean_provider.contract.service import Empty
from dean_provider.errors import DeanError
from dean_provider.hooks.evolution import EvolutionAPIHook
from dean_provider.monitoring.asking import Inquirer
from dean_provider.monitoring.finding import Figures, Found, Source
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.record import ours

__all__ = ["economy_source"]

_TOLD = "dean_evolution_patterns"
"""How many patterns there are, where a service says so."""
_PAGE, _MOST_PAGES = 250, 40
_PATTERN_ROUNDS = 6
"""Patterns are many and change seldom: where a service does not say how many, they are counted in every sixth round."""


def economy_source(inquirer: Inquirer, now: Callable[[], datetime]) -> Source:
    """Asks the Evolution API how it is, for its own figures, and for tokens and patterns."""

    rounds = count()
    patterns: list[Sample] = []

    async def ask() -> Found:
        found = await inquirer.ask()
        if not found.findings or not found.findings[0].answered:
            return found
        hook = EvolutionAPIHook(
            channel=inquirer.channel, correlation_id=f"watch-{inquirer.name}", timeout=inquirer.seconds, deadline=inquirer.seconds
        )
        budget = await _answer(hook, evolution.READ_BUDGET, Empty())
        told = next((one.value for one in found.figures.samples if one.name == _TOLD), None)
        if told is None and next(rounds) % _PATTERN_ROUNDS == 0:
            counted = await _counted(hook, inquirer.seconds)
            patterns[:] = [] if counted is None else [Sample.of("dean_patterns", counted, inquirer.name)]
        elif told is not None:
            patterns[:] = [Sample.of("dean_patterns", told, inquirer.name)]
        more = ours([*(_tokens(inquirer.name, budget) if budget else ()), *patterns])
        figures = Figures((*found.figures.samples, *more.samples), {**found.figures.families, **more.families}, found.figures.dropped)
        return Found(found.findings, figures, budget=_burn(budget, now()) if budget else None)

    return Source(inquirer.name, [(inquirer.name, inquirer.kind)], ask, 4 * inquirer.seconds)


async def _answer(hook: EvolutionAPIHook, operation: Any, request: Any) -> Any:
    """What its dialect cannot say, or it does not say now, is left out."""
    try:
        return await hook.acall(operation, request)
    except DeanError:
        return None


async def _counted(hook: EvolutionAPIHook, seconds: float) -> int | None:
    """How many patterns it lists; nothing where they are too many to count, or it takes too long."""

    async def count_pages() -> int | None:
        found, cursor = 0, None
        for _ in range(_MOST_PAGES):
            page = await _answer(hook, evolution.LIST_PATTERNS, ListPatterns(limit=_PAGE, cursor=cursor))
            if page is None:
                return None
            found, cursor = found + len(page.patterns), page.next_cursor
            if cursor is None:
                return found
        return None

    try:
        return await asyncio.wait_for(count_pages(), seconds)
    except asyncio.TimeoutError:
        return None


def _tokens(service: str, budget: Budget) -> list[Sample]:
    told = {
        "dean_tokens_budget": budget.limit,
        "dean_tokens_allocated": budget.allocated,
        "dean_tokens_available": budget.available,
        "dean_tokens_consumed_total": budget.used,
        "dean_tokens_used_ratio": budget.used / budget.limit if budget.limit else None,
    }
    return [Sample.of(name, float(value), service) for name, value in told.items() if value is not None]


def _burn(budget: Budget, now: datetime) -> BudgetBurn:
    return BudgetBurn(total=budget.limit, allocated=budget.allocated, consumed=budget.used, available=budget.available, checked_at=now)
