"""The history of a trial: read page by page, waited for, streamed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from dean_provider.contract.trial import GenerationPage, ListGenerations, TrialRef
from dean_provider.services.evolution.lookup import trial_row
from dean_provider.services.evolution.notices import Notices
from dean_provider.services.evolution.shown import shown_generation, shown_trial
from dean_provider.services.evolution.tables import GenerationRow
from dean_provider.services.store import Database

__all__ = ["History"]

_STREAM_PAGE = 100
_RETRY_MILLISECONDS = 1000
_GENERATION = re.compile(r"[0-9]{1,9}")
LastEventId = Annotated[str | None, Header(description="Number of the last generation received; the stream goes on after it.")]


def _event(kind: str, data: BaseModel, number: int | None = None) -> str:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {kind}\ndata: {data.model_dump_json()}\n\n"


def _after(last_event_id: str | None) -> int:
    """The generation a stream goes on from; the first, when the header is none of the ids that streams give."""
    if last_event_id is None or not _GENERATION.fullmatch(last_event_id):
        return 0
    return int(last_event_id) + 1


class History:
    """Answers the generation operations.

    :param max_wait_seconds: longest long poll.
    :param heartbeat_seconds: time between two signs of life of a silent stream.
    """

    def __init__(self, database: Database, notices: Notices, *, max_wait_seconds: float, heartbeat_seconds: float) -> None:
        self.database = database
        self.notices = notices
        self.max_wait_seconds = max_wait_seconds
        self.heartbeat_seconds = heartbeat_seconds

    def read(self, request: ListGenerations) -> GenerationPage:
        """Generations from ``start`` on, and how the trial stands, in one consistent look."""
        with self.database.read() as session:
            trial = trial_row(session, request.trial_id)
            query = (
                select(GenerationRow)
                .where(GenerationRow.trial == trial.number, GenerationRow.generation >= request.start)
                .where(GenerationRow.generation <= trial.current_generation)
                .order_by(GenerationRow.generation)
                .limit(request.limit)
            )
            rows = session.scalars(query).all()
            return GenerationPage(trial=shown_trial(trial), generations=[shown_generation(row) for row in rows])

    async def list(self, request: ListGenerations) -> GenerationPage:
        """The same, but wait for the first of them, or for the trial's status to change."""
        patience = min(request.wait_seconds, self.max_wait_seconds)
        if patience == 0:
            return await run_in_threadpool(self.read, request)
        deadline = time.monotonic() + patience
        with self.notices.subscribed(request.trial_id) as news:
            page = await run_in_threadpool(self.read, request)
            before = page.trial.status
            while not page.generations and not page.trial.status.ended and page.trial.status is before:
                left = deadline - time.monotonic()
                if left <= 0 or not await self._hear(news, left):
                    break
                page = await run_in_threadpool(self.read, request)
        return page

    async def _hear(self, news: asyncio.Event, seconds: float) -> bool:
        """Wait for news; whether there may be some."""
        if self.notices.closed:
            return False
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        news.clear()
        return not self.notices.closed

    async def stream(self, request: TrialRef, last_event_id: LastEventId = None) -> StreamingResponse:
        """Server-sent events: ``generation`` for each generation (its number is the event's id), ``end`` with the trial when it has ended.

        :param last_event_id: number of the last generation the caller has; anything else counts as none.
        """
        self.notices.require_room()
        first = ListGenerations(trial_id=request.trial_id, start=_after(last_event_id), limit=_STREAM_PAGE)
        await run_in_threadpool(self.read, first)  # an unknown trial is a 404, not an empty stream
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(first), media_type="text/event-stream", headers=headers)

    async def _events(self, request: ListGenerations) -> AsyncIterator[str]:
        start = request.start
        with self.notices.subscribed(request.trial_id) as news:
            yield f"retry: {_RETRY_MILLISECONDS}\n\n"
            while True:
                page = await run_in_threadpool(self.read, request.model_copy(update={"start": start}))
                for generation in page.generations:
                    yield _event("generation", generation, generation.generation)
                    start = generation.generation + 1
                if page.generations:
                    continue
                if page.trial.status.ended:
                    yield _event("end", page.trial)
                    return
                if not await self._hear(news, self.heartbeat_seconds):
                    if self.notices.closed:
                        return
                    yield ": still here\n\n"
