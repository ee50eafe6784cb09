"""The recorder as whoever has something to tell sees it: it takes facts, now or later, and never gets in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any, Protocol

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.fact import Fact
from dean_provider.contract.workflow import MAX_FACTS, Head, Origin, Recorded, RecordFacts
from dean_provider.errors import (
    AuthenticationError,
    ConflictError,
    DeanError,
    InvalidConfigurationError,
    LimitExceededError,
    PermissionDeniedError,
    RequestTimeoutError,
)
from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog

__all__ = ["Log", "Recorder", "Teller"]

LONGEST_SECONDS = 10.0
"""For one call, whatever it waits for: a connection that has to be looked up comes on top of the call's own time."""

_REFUSED = (ConflictError, InvalidConfigurationError, LimitExceededError)
_MOST_REFUSED = 20


class Teller(Protocol):
    """What a recorder needs of a hook."""

    async def arecord(self, facts: RecordFacts) -> Recorded:
        """Tell facts about an execution."""


class Log(Protocol):
    """Where a person reads that the recorder was away."""

    def info(self, message: str, /, *args: Any) -> None:
        """Note what happened."""

    def warning(self, message: str, /, *args: Any) -> None:
        """Note what went wrong and may mend."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Recorder:
    """Tells facts about one trial. What cannot be told is kept in :attr:`backlog`; nothing is ever raised.

    :param ref: where to tell them; ``None`` tells nobody anything.
    :param make_hook: makes the client; may take long, so it is called in a thread.
    :param backlog: what earlier steps could not tell.
    """

    def __init__(
        self,
        ref: RecordRef | None,
        make_hook: Callable[[], Teller],
        *,
        log: Log,
        backlog: Backlog | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.ref = ref
        self.backlog = backlog or Backlog()
        self.head: Head | None = None
        """End of the record when it was last told something here."""
        self.generation: int | None = None
        """Generation up to which the record is complete; ``None`` before the first contact."""
        self._make_hook = make_hook
        self._hook: Teller | None = None
        self._log = log
        self._now = now
        self._said = False
        self._refused = ref is None
        self._lock = asyncio.Lock()

    @property
    def on(self) -> bool:
        """Whether anything is told at all."""
        return not self._refused

    def announce(self, *facts: Fact) -> None:
        """Have ``facts`` told with whatever is told next."""
        now = self._now()
        if self.on:
            self.backlog.keep(ReportedFact.of(fact, occurred_at=now) for fact in facts)

    async def tell(self, *facts: Fact) -> bool:
        """Tell ``facts``, as of now; what the recorder does not take is kept. Returns whether it took them."""
        now = self._now()
        return await self.report([ReportedFact.of(fact, occurred_at=now) for fact in facts])

    async def report(self, facts: Sequence[ReportedFact], *, derived: Sequence[ReportedFact] = ()) -> bool:
        """Tell what waits, then ``derived``, then ``facts``. Returns whether the recorder took them all.

        :param derived: facts that can be made again from what the service knows: they are not kept.
        """
        async with self._lock:
            if self._refused:
                return False
            waiting = self.backlog.take()
            told = [*waiting, *derived, *facts]
            if not told:
                return True
            try:
                await self._send_all(told)
            except DeanError as error:
                self._keep(waiting, facts, error)
                return False
            except asyncio.CancelledError:
                self.backlog.keep([*waiting, *facts])
                raise
            await self._say_back(waiting)
            return True

    async def flush(self) -> bool:
        """Tell what waits."""
        return await self.report([])

    async def _send_all(self, facts: Sequence[ReportedFact]) -> None:
        for start in range(0, len(facts), MAX_FACTS):
            await self._send(list(facts[start : start + MAX_FACTS]))

    async def _send(self, facts: list[ReportedFact], patience: int = _MOST_REFUSED) -> None:
        """Tell ``facts`` in one call. One that can never be taken is left out, and the others are told; where somebody has told the same
        in other words before, the first word stands."""
        try:
            recorded = await self._call(facts)
        except _REFUSED as error:
            await self._without(facts, error, patience)
        else:
            self.head, self.generation = recorded.head, recorded.generation

    async def _without(self, facts: list[ReportedFact], error: DeanError, patience: int) -> None:
        named = error.details.get("idempotency_key")
        rest = [fact for fact in facts if fact.idempotency_key != named]
        if len(facts) == 1 or patience <= 0:
            if not isinstance(error, ConflictError):
                self._log.warning("The record does not take %s: %s", ", ".join(sorted({fact.event_type for fact in facts})), error.message)
        elif len(rest) < len(facts):
            if rest:
                await self._send(rest, patience - 1)
        else:
            middle = len(facts) // 2
            await self._send(facts[:middle], patience - 1)
            await self._send(facts[middle:], patience - 1)

    async def _call(self, facts: list[ReportedFact]) -> Recorded:
        """One call, in a task of its own that outlives this one: in Airflow 3.2 a trigger cancelled while it talks to its supervisor,
        which looking up a connection does, leaves the answer in the pipe and breaks every trigger of the process."""
        calling = asyncio.ensure_future(self._recorded(facts))
        calling.add_done_callback(lambda task: task.cancelled() or task.exception())
        done, _ = await asyncio.wait({calling}, timeout=LONGEST_SECONDS)
        if not done:
            raise RequestTimeoutError(f"The recorder did not answer within {LONGEST_SECONDS:g} s.")
        return calling.result()

    async def _recorded(self, facts: list[ReportedFact]) -> Recorded:
        if self._hook is None:
            self._hook = await asyncio.to_thread(self._make_hook)
        ref = self.ref
        if ref is None:
            raise DeanError("There is nobody to tell.")
        origin = Origin(dag_id=ref.dag_id, run_id=ref.run_id, task_group=ref.task_group, map_index=ref.map_index)
        told = RecordFacts(
            workflow_id=ref.workflow_id, workflow_type=ref.workflow_type, origin=origin, start_task_id=ref.start_task_id, facts=facts
        )
        try:
            return await self._hook.arecord(told)
        except DeanError:
            raise
        except Exception as error:
            # Whatever it is, a trial does not fail for it.
            raise DeanError(f"{type(error).__name__}: {error}") from error

    def _keep(self, waiting: Sequence[ReportedFact], facts: Sequence[ReportedFact], error: DeanError) -> None:
        if isinstance(error, PermissionDeniedError):
            self._refused = True
            self._log.warning("The recorder refuses what this task tells, so nothing more is told: %s", error)
            return
        self.backlog.missed(self._now(), error.message)
        self.backlog.keep([*waiting, *facts])
        if not self._said:
            self._said = True
            advice = " ".join(error.suggestions) if isinstance(error, AuthenticationError) else ""
            self._log.warning(
                "The recorder does not take what happens; the trial goes on, and it is told later. %s %s", error.message, advice
            )

    async def _say_back(self, waiting: Sequence[ReportedFact]) -> None:
        missed = self.backlog.ended(self._now(), waiting)
        if missed is None:
            return
        self._said = False
        self._log.info("The recorder is back; %d facts were told late.", len(waiting))
        try:
            await self._send([missed])
        except DeanError as error:
            self.backlog.missed(self._now(), error.message)
            self.backlog.keep([missed])
