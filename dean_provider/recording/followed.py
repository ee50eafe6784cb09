"""A trial recorded while it is followed: beside whoever follows, at the pace of the pages they get, and never in their way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Protocol

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.trial import Generation, GenerationPage, Trial, TrialStatus
from dean_provider.errors import DeanError
from dean_provider.recording.facts import ending, generation_facts, standing, token_budget
from dean_provider.recording.recorder import Recorder

__all__ = ["FollowedTrial", "History", "record_end"]

BATCH = 400
"""Generations in one call, with room for what goes with them."""

MOST_SEEN = 2000
MOST_NEWS = 100
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
READ_SECONDS = 30.0
_IN_THREAD = 50


class History(Protocol):
    """What is needed of the Evolution API: ``EvolutionAPIHook.aprogress``."""

    async def aprogress(self, trial_id: str, start: int = 0, *, wait_seconds: float = 0, limit: int = 100) -> GenerationPage:
        """How the trial stands, and its generations from ``start`` on."""


class FollowedTrial:
    """Tells the recorder what the pages of a trial say: each generation once, interventions, budget, pauses, and the end.

    Where the record stands is learnt from its first answer; what is missing there and was not seen here is read from the service. So it
    does not matter how many follow, how often one begins anew, or how long the recorder was away.
    """

    def __init__(
        self,
        recorder: Recorder,
        service: History,
        trial_id: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recorder = recorder
        self._service = service
        self._trial_id = trial_id
        self._sleep = sleep
        self._monotonic = monotonic
        self._trial: Trial | None = None
        self._seen: dict[int, Generation] = {}
        self._told_to = -1
        self._news: list[ReportedFact] = []
        self._last_standing: tuple[TrialStatus, float | None] | None = None
        self._changed = asyncio.Event()
        self._busy = asyncio.Lock()
        self._worker: asyncio.Task[None] | None = None

    def observe(self, page: GenerationPage) -> None:
        """Take note of a page. Costs nothing: it is told later, in a task that is started here."""
        self._trial = page.trial
        if len(self._seen) > MOST_SEEN:
            self._seen.clear()
        self._seen.update({generation.generation: generation for generation in page.generations if generation.generation > self._told_to})
        stands = (page.trial.status, page.trial.paused_seconds)
        if stands != self._last_standing:
            self._last_standing = stands
            self._news = [*self._news, *standing(page.trial, datetime.now(timezone.utc))][:MOST_NEWS]
        self._changed.set()
        if self._worker is None:
            self._worker = asyncio.ensure_future(self._keep_telling())

    async def finish(self, seconds: float, reason: str = "") -> bool:
        """Tell what is left, and how the trial ended if it has. Returns whether the record is complete.

        :param seconds: after which no further call is made; what is left then is told by a later step.
        :param reason: why the trial was stopped, if it was.
        """
        async with self._busy:
            self.abandon()
            complete = await self._told_everything(seconds)
            end = ending(self._trial, reason) if self._trial else []
            if complete:
                return await self.recorder.report(end)
            self.recorder.backlog.keep([*self._news, *end])
            return False

    def abandon(self) -> None:
        """Tell nothing more by itself."""
        if self._worker is not None:
            self._worker.cancel()

    async def _keep_telling(self) -> None:
        failures = 0
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with self._busy:
                failures = 0 if await self._tell() else failures + 1
            if failures:
                await self._sleep(min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(failures, 10)))

    async def _told_everything(self, seconds: float) -> bool:
        ends = self._monotonic() + seconds
        while self._trial is not None:
            before = self._told_to
            if not await self._tell():
                return False
            if self._told_to in (before, self._trial.current_generation) or self._told_to > self._trial.current_generation:
                return True
            if self._monotonic() >= ends:
                return False
        return await self.recorder.flush()

    async def _tell(self) -> bool:
        """One call: the next generations and whatever else is new. Returns whether the recorder took them."""
        news = self._news
        try:
            batch = await self._next_generations(1 if self.recorder.generation is None else BATCH)
        except (DeanError, asyncio.TimeoutError):
            return False
        derived = await self._facts(batch)
        self._news = []
        if not await self.recorder.report(news, derived=derived):
            return False
        reached = self.recorder.generation if self.recorder.generation is not None else -1
        self._told_to = max(self._told_to, reached, *(generation.generation for generation in batch))
        self._seen = {number: generation for number, generation in self._seen.items() if number >= self._told_to}
        if self._trial is not None and self._told_to < self._trial.current_generation:
            self._changed.set()
        return True

    async def _facts(self, batch: list[Generation]) -> list[ReportedFact]:
        if not batch or self._trial is None:
            return []
        first = batch[0].generation
        before = self._seen.get(first - 1)
        known = 0 if first == 0 else before.tokens_used if before else None
        budget = token_budget(self._trial)
        if len(batch) < _IN_THREAD:
            return list(generation_facts(batch, budget=budget, before=known))
        return await asyncio.to_thread(lambda: list(generation_facts(batch, budget=budget, before=known)))

    async def _next_generations(self, most: int) -> list[Generation]:
        """The generations after those that are recorded, from what was seen, else from the service.

        :raises DeanError: when the service cannot tell.
        :raises asyncio.TimeoutError: when it takes too long.
        """
        wanted = self._told_to + 1
        if self._trial is None or wanted > self._trial.current_generation:
            return []
        if wanted not in self._seen or (wanted > 0 and wanted - 1 not in self._seen):
            asked = self._service.aprogress(self._trial_id, max(0, wanted - 1), limit=most + 1)
            page = await asyncio.wait_for(asked, READ_SECONDS)
            self._seen.update({generation.generation: generation for generation in page.generations})
        later = sorted(number for number in self._seen if number >= wanted)
        # A service without a history leaves gaps that nobody can fill.
        start = later[0] if later else wanted
        run: list[Generation] = []
        while start in self._seen and len(run) < most:
            run.append(self._seen[start])
            start += 1
        return run


async def record_end(recorder: Recorder, service: History, trial: Trial, *, seconds: float, reason: str = "", behind: bool = True) -> bool:
    """Tell whatever the record lacks of ``trial``, and how it ended if it has. Returns whether the record is complete.

    :param seconds: after which no further call is made.
    :param reason: why the trial was stopped, if it was.
    :param behind: whether generations are likely to be missing; if not, one call tells.
    """
    if not recorder.on:
        return True
    if not behind and await recorder.report(ending(trial, reason)) and recorder.generation == trial.current_generation:
        return True
    followed = FollowedTrial(recorder, service, trial.trial_id)
    followed.observe(GenerationPage(trial=trial, generations=[]))
    return await followed.finish(seconds, reason)
