"""What no task of a run could tell the record, told for them.

It is the only copy there is, so it stays until all of it is on record, or it is certain that it never will be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from structlog import get_logger

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.workflow import Origin
from dean_provider.errors import DeanError, NotFoundError, PermissionDeniedError
from dean_provider.handle import RecordRef
from dean_provider.plugins.api.ownership import speaks_for, unowned
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.carried import KEY, read_carried
from dean_provider.state import leftovers
from dean_provider.state.record import refusal

__all__ = ["LeftBehind"]

PAGE = 100
MOST_BUSY = 3
"""Leftovers that the database is too busy for before the others wait for the next time too."""

_log = get_logger(__name__)


class LeftBehind:
    """Takes what tasks left. Any task can write what it likes under our key: it is believed about its own run only, and holds up nothing.

    :param database: does work with a session, in a thread.
    :param tell: records facts about an execution, told by an actor; opens it as of an ``origin`` and a ``workflow_type``.
    :param namespace: of the ids of this installation's executions; used in a thread.
    """

    def __init__(
        self,
        database: Callable[[Callable[..., Any]], Awaitable[Any]],
        tell: Callable[..., Awaitable[int]],
        now: Callable[[], datetime],
        namespace: Callable[[], UUID],
    ) -> None:
        self._database = database
        self._tell = tell
        self._now = now
        self._namespace = namespace
        self._put_aside: set[leftovers.Leftover] = set()

    async def take(self) -> None:
        """Record what tasks left behind.

        :raises ServiceUnavailableError: when the database cannot even say what there is.
        """
        there: set[leftovers.Leftover] = set()
        after, busy = None, 0
        while True:
            page = await self._database(partial(leftovers.leftovers, key=KEY, after=after, limit=PAGE))
            for leftover in page:
                busy += 0 if leftover in self._put_aside or await self._guarded(leftover) else 1
                if busy >= MOST_BUSY:
                    return
            there.update(page)
            if len(page) < PAGE:
                break
            after = page[-1]
        self._put_aside &= there

    async def _guarded(self, leftover: leftovers.Leftover) -> bool:
        """Take one. Returns whether that is done with; if not, it is worth another try the next time."""
        try:
            await self._take(leftover)
        except DeanError as error:
            _log.info("what a task left behind cannot be recorded now", task=_name(leftover), error=str(error))
            if error.retryable:
                return False
            self._put_aside.add(leftover)
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            _log.exception("what a task left behind could not be read", task=_name(leftover))
            self._put_aside.add(leftover)
        return True

    async def _take(self, leftover: leftovers.Leftover) -> None:
        found = read_carried(await self._database(partial(leftovers.value_of, leftover=leftover)))
        if found is None or not speaks_for(leftover, found[0]):
            self._put_aside.add(leftover)
            return
        ref, backlog = found
        try:
            if not await self._record(leftover, ref, self._sound(leftover, backlog)):
                self._put_aside.add(leftover)
                return
        except PermissionDeniedError as error:  # whose a record is, and of what type, never changes
            _log.warning("what a task left behind is for another's record", task=_name(leftover), error=str(error))
        await self._database(partial(leftovers.remove, leftover=leftover))

    async def _record(self, leftover: leftovers.Leftover, ref: RecordRef, facts: Sequence[ReportedFact]) -> bool:
        """Tell ``facts``. Returns whether they belong to an execution of this run, as far as this installation's namespace says."""
        origin = Origin(dag_id=ref.dag_id, run_id=ref.run_id, task_group=ref.task_group, map_index=ref.map_index)
        actor = Actor(kind=ActorKind.TASK, name=_name(leftover))
        teller = partial(self._tell, ref.workflow_id, facts, actor, origin=origin, workflow_type=ref.workflow_type)
        try:
            await teller(opens=False)
        except NotFoundError:
            why_not = unowned(ref.workflow_id, origin, ref.start_task_id, await asyncio.to_thread(self._namespace))
            if why_not is not None:
                _log.warning("what a task left behind is about another's execution", task=_name(leftover), error=str(why_not))
                return False
            await teller()
        return True

    def _sound(self, leftover: leftovers.Leftover, backlog: Backlog) -> list[ReportedFact]:
        """The facts that the record takes, and that it was away."""
        facts = backlog.take()
        missed = backlog.ended(self._now(), facts)
        sound = []
        for fact in [*facts, *([missed] if missed else [])]:
            why = refusal(fact)
            if why is None:
                sound.append(fact)
            else:
                _log.warning("a fact that a task left behind is none", task=_name(leftover), event_type=fact.event_type, error=str(why))
        return sound


def _name(leftover: leftovers.Leftover) -> str:
    return f"{leftover.dag_id}/{leftover.run_id}/{leftover.task_id}/{leftover.map_index}"
