"""Collect what a report tells. What a service does not have becomes a note instead of a failure.

Where no other try will come, so does what it cannot say now and the outcome does not need: a trial of many hours is published all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, TypeVar

from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.pattern import ListPatterns, Pattern, PatternRef
from dean_provider.contract.population import Lineage, LineageRequest
from dean_provider.contract.trial import Generation, GenerationPage, Trial, TrialRef, TrialStatus, Verification
from dean_provider.errors import DeanError, UnsupportedOperationError

if TYPE_CHECKING:
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook

__all__ = ["Gathering"]

Part = TypeVar("Part")
log = logging.getLogger(__name__)

LINEAGE_DEPTH = 60
LINEAGE_LIMIT = 500
MOST_PATTERNS = 100
PAGE = 1000
MOST_GENERATIONS = 100_000


class Gathering:
    """The services' word on one trial. ``notes`` fills with what is missing and why.

    :param evolution_hook: client of the Evolution API that ran the trial.
    :param indexagent_hook: client of the IndexAgent that holds its population.
    :param last_try: whether nobody will ask again later.
    """

    def __init__(self, evolution_hook: EvolutionAPIHook, indexagent_hook: IndexAgentHook, trial_id: str, *, last_try: bool = False) -> None:
        self._evolution = evolution_hook
        self._indexagent = indexagent_hook
        self._trial_id = trial_id
        self._last_try = last_try
        self.notes: list[str] = []

    async def trial(self) -> Trial:
        """The trial, without which there is nothing to report."""
        return await self._evolution.acall(evolution.READ_TRIAL, TrialRef(trial_id=self._trial_id))

    async def parts(
        self, trial: Trial, pattern_ids: Sequence[str], *, compared_at: int | None = None
    ) -> tuple[list[Generation], Verification | None, list[Pattern], Lineage | None]:
        """Everything beside the trial itself, asked for at once.

        :param compared_at: generation whose digest the outcome needs, of a replay.
        :raises DeanError: a service is away for now; on the last try only if the outcome needs what it was asked for.
        """
        history_needed = compared_at is not None and compared_at != trial.current_generation
        generations, verification, patterns, lineage = await asyncio.gather(
            self._or_note("The history of generations", self._generations(trial), needed=history_needed),
            self._or_note("The verification on unseen instances", self._verification(trial), needed=True),
            self._or_note("The list of patterns", self._patterns(pattern_ids)),
            self._or_note("The lineage of the best agent", self._lineage(trial)),
        )
        return generations or [], verification, patterns or [], lineage

    async def _or_note(self, what: str, asked: Awaitable[Part], *, needed: bool = False) -> Part | None:
        try:
            return await asked
        except UnsupportedOperationError:
            self.notes.append(f"{what} is missing: the service has no such operation.")
        except DeanError as error:
            if error.retryable and (needed or not self._last_try):
                raise
            log.warning("%s is missing: %s", what, error)
            self.notes.append(f"{what} is missing: {error.message}")
        return None

    async def _generations(self, trial: Trial) -> list[Generation]:
        found: list[Generation] = []
        start = 0
        while start <= trial.current_generation and len(found) < MOST_GENERATIONS:
            page: GenerationPage = await self._evolution.aprogress(self._trial_id, start, limit=PAGE)
            fresh = [generation for generation in page.generations if generation.generation >= start]
            if not fresh:
                break
            found += fresh
            start = found[-1].generation + 1
        if len(found) <= trial.current_generation:
            self.notes.append(f"Of {trial.current_generation + 1} generations the service tells {len(found)}.")
        return found

    async def _verification(self, trial: Trial) -> Verification | None:
        if trial.status is not TrialStatus.COMPLETED:
            self.notes.append("The trial did not complete, so its best agent was not verified on unseen instances.")
            return None
        return await self._evolution.acall(evolution.VERIFY_TRIAL, TrialRef(trial_id=self._trial_id))

    async def _patterns(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        dialect = await self._evolution.adialect()
        if not pattern_ids:
            return []
        if dialect.supports(evolution.READ_PATTERN):
            return list(
                await asyncio.gather(
                    *(self._evolution.acall(evolution.READ_PATTERN, PatternRef(pattern_id=name)) for name in pattern_ids[:MOST_PATTERNS])
                )
            )
        page = await self._evolution.acall(evolution.LIST_PATTERNS, ListPatterns(trial_id=self._trial_id, limit=MOST_PATTERNS))
        return page.patterns

    async def _lineage(self, trial: Trial) -> Lineage | None:
        if trial.best_agent_id is None:
            return None
        request = LineageRequest(agent_id=trial.best_agent_id, depth=LINEAGE_DEPTH, limit=LINEAGE_LIMIT)
        return await self._indexagent.acall(indexagent.READ_LINEAGE, request)
