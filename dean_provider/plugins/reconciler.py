"""The reconciler: compares the record with Airflow's DAG runs and with the Evolution API, mends what has drifted, and says so.

It is the third way, after trigger and teardown, in which a trial that nobody waits for is stopped, and the one that cannot be skipped,
killed or disconnected for good. One of the API server's processes does it, in the background: the database is asked in threads, the
services asynchronously. Two at once would do no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session
from structlog import get_logger

from dean_provider.config import resolve
from dean_provider.contract.endpoints import evolution
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialForked, TrialReconciled
from dean_provider.contract.trial import ForkOrigin, Trial, TrialRef
from dean_provider.contract.workflow import MAX_FACTS, WorkflowStatus
from dean_provider.errors import ConflictError, DeanError, NotFoundError, ServiceUnavailableError
from dean_provider.hooks import EvolutionAPIHook
from dean_provider.plugins.api.database import Sessions, open_session
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.ownership import namespace_of
from dean_provider.plugins.api.recording import patiently
from dean_provider.plugins.api.replays import settle_replay
from dean_provider.plugins.left_behind import LeftBehind
from dean_provider.plugins.reconciliation import GRACE_SECONDS, Repair, Situation, judge, run_is_over
from dean_provider.recording.facts import ending, generation_facts, token_budget
from dean_provider.state import drift, endings, leases
from dean_provider.state.folded import State
from dean_provider.state.record import append
from dean_provider.triggers.trial import stop_trial

__all__ = ["Reconciler", "reconciler_job"]

RECONCILER = Actor(kind=ActorKind.SYSTEM, name="reconciler")
AIRFLOW = Actor(kind=ActorKind.SYSTEM, name="airflow")
LEASE = "reconciler"
LEASE_SECONDS = 60.0
TICK_SECONDS = 5.0
CALL_SECONDS = 20.0
AT_ONCE = 4
PAGE = 100
BATCH = 200
DOUBTFUL_FOR = timedelta(hours=1)
STOP_PAUSES = (0.2, 0.5, 1.0, 1.0, 1.0, 1.0)
"""Between looks at whether a trial that was told to stop has: it does at its next generation boundary."""

_log = get_logger(__name__)
T = TypeVar("T")


def _evolution(conn_id: str | None) -> EvolutionAPIHook:
    return EvolutionAPIHook(conn_id, correlation_id=str(uuid4()), deadline=CALL_SECONDS)


def _namespace() -> UUID:
    return namespace_of(resolve().settings)


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Reconciler:
    """:param period: seconds between two comparisons.
    :param sessions: open sessions of Airflow's database; used in threads.
    :param service: makes the client of the Evolution API behind a connection, the configured one when ``None``.
    :param holder: names this process among those that could do it.
    :param namespace: of the ids of this installation's executions; used in a thread.
    """

    def __init__(
        self,
        period: float,
        *,
        sessions: Sessions = open_session,
        service: Callable[[str | None], Any] = _evolution,
        holder: str | None = None,
        now: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        namespace: Callable[[], UUID] = _namespace,
    ) -> None:
        self._period = timedelta(seconds=period)
        self._sessions = sessions
        self._service = service
        self._holder = holder or leases.new_holder()
        self._now = now
        self._sleep = sleep
        self._due = self._renew_at = datetime.fromtimestamp(0, timezone.utc)
        self._recorded: dict[UUID, int] = {}
        self._settled: dict[UUID, int] = {}
        self._related: set[UUID] = set()
        self._left_behind = LeftBehind(self._database, self._tell, now, namespace)
        self._said = False

    async def tick(self) -> None:
        """Tell which runs have ended; compare everything when it is time to. Without a database it is tried again the next time."""
        try:
            if await self._leads():
                await self._tell_endings()
                if self._now() >= self._due:
                    self._due = self._now() + self._period
                    await self.compare()
        except ServiceUnavailableError as error:
            if not self._said:
                _log.warning("the record cannot be compared now", error=str(error))
            self._said = True
        else:
            self._said = False

    async def compare(self) -> None:
        """Record what tasks left behind; then compare every trial whose record may have drifted, and mend it."""
        await self._left_behind.take()
        after: UUID | None = None
        recorded: dict[UUID, int] = {}
        since = self._now() - DOUBTFUL_FOR
        while True:
            page, runs = await self._page(since, after)
            gate = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._guarded(state, runs.get((state.dag_id or "", state.run_id or "")), gate) for state in page))
            recorded.update({state.id: state.sequence for state in page})
            if len(page) < PAGE:
                break
            after = page[-1].id
        self._recorded = recorded
        self._settled = {key: sequence for key, sequence in self._settled.items() if key in recorded}
        self._related &= recorded.keys()

    async def _leads(self) -> bool:
        """Whether this process is the one; the lease is renewed when half of it is over."""
        if self._now() < self._renew_at:
            return True
        now = self._now()
        mine = await self._database(lambda session: leases.hold(session, LEASE, self._holder, LEASE_SECONDS, gone=leases.is_gone, now=now))
        self._renew_at = now + timedelta(seconds=LEASE_SECONDS / 2 if mine else 0)
        return mine

    async def _tell_endings(self) -> None:
        for ended in await self._database(endings.noted):
            for workflow_id in await self._database(partial(_executions, ended)):
                await self._tell(workflow_id, [ended.fact], AIRFLOW)
            await self._database(partial(_forget, ended))
            self._due = min(self._due, self._now() + timedelta(seconds=GRACE_SECONDS))

    async def _page(self, since: datetime, after: UUID | None) -> tuple[list[State], dict[tuple[str, str], drift.Run]]:
        def read(session: Session) -> tuple[list[State], dict[tuple[str, str], drift.Run]]:
            page = drift.unsettled(session, since=since, after=after, limit=PAGE)
            runs = {(state.dag_id, state.run_id) for state in page if state.dag_id and state.run_id}
            return page, drift.run_states(session, runs)

        return await self._database(read)

    async def _guarded(self, state: State, run: drift.Run | None, gate: asyncio.Semaphore) -> None:
        """Nothing that is wrong with one trial keeps the others from being compared."""
        async with gate:
            try:
                await self._compare(state, run)
                await self._tell_parent(state)
            except DeanError as error:
                _log.info("a trial cannot be compared now", workflow_id=str(state.id), error=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, the others go on
                _log.exception("a trial could not be compared", workflow_id=str(state.id))

    async def _compare(self, state: State, run: drift.Run | None) -> None:
        still = self._recorded.get(state.id) == state.sequence
        over = run_is_over(run, state.updated_at, self._now())
        if not (over if state.status.ended else over or still) or self._is_settled(state):
            return
        service = self._service(await self._database(lambda session: drift.connection_of(session, state.id, "evolution")))
        trial = await self._trial(service, state.trial_id or str(state.id))
        repair = judge(Situation(state, run, trial, still, self._now()))
        mended = repair is not None and await self._mend(state, service, trial, repair)
        if state.status.ended and not mended:
            self._settled[state.id] = state.sequence

    async def _tell_parent(self, state: State) -> None:
        """Have a fork that was not begun here, but by a run's conf, on its parent's record too: when the service says that it is one."""
        if state.parent_id is None or state.parent_generation is None or state.id in self._related:
            return
        parent = await self._database(partial(drift.state_of, workflow_id=state.parent_id))
        if parent is not None and str(state.id) not in parent.forks:
            service = self._service(await self._database(lambda session: drift.connection_of(session, state.id, "evolution")))
            trial = await self._trial(service, state.trial_id or str(state.id))
            claimed = ForkOrigin(trial_id=parent.trial_id or str(parent.id), generation=state.parent_generation)
            if trial is not None and trial.parent == claimed:
                fact = TrialForked(parent_id=str(parent.id), child_id=str(state.id), generation=state.parent_generation)
                await self._tell(parent.id, [ReportedFact.of(fact, occurred_at=self._now())])
        self._related.add(state.id)

    def _is_settled(self, state: State) -> bool:
        """Whether there is nothing to be found out: a trial that completed with all its generations, or that was looked into before."""
        complete = state.status is WorkflowStatus.COMPLETED and state.complete_to >= state.generation
        return complete or self._settled.get(state.id) == state.sequence

    @staticmethod
    async def _trial(service: Any, trial_id: str) -> Trial | None:
        try:
            found: Trial = await service.acall(evolution.READ_TRIAL, TrialRef(trial_id=trial_id))
        except NotFoundError:
            return None
        return found

    async def _mend(self, state: State, service: Any, trial: Trial | None, repair: Repair) -> bool:
        """Do what was decided. Returns whether anything came of it."""
        facts, done = repair.facts, repair.done
        if repair.stop and trial is not None:
            done = f"{done}: {await stop_trial(service, trial.trial_id, repair.found)}"
            trial = await self._at_rest(service, trial)
            facts = ending(trial, repair.found)
        told = await self._history(state, service, trial) if repair.history and trial is not None else 0
        told += await self._tell(state.id, facts)
        if not told and not repair.stop:
            return False
        _log.info("reconciled a trial", workflow_id=str(state.id), found=repair.found, done=done, facts=told)
        await self._tell(state.id, [ReportedFact.of(TrialReconciled(found=repair.found, repaired=done), occurred_at=self._now())])
        return True

    async def _at_rest(self, service: Any, trial: Trial) -> Trial:
        """A trial that was told to stop once it has; as it is then, when that takes long: the next comparison tells its end."""
        for pause in STOP_PAUSES:
            trial = await self._trial(service, trial.trial_id) or trial
            if trial.status.ended:
                break
            await self._sleep(pause)
        return trial

    async def _history(self, state: State, service: Any, trial: Trial) -> int:
        """Record the generations that are missing, as the service has them. Returns how many facts were new."""
        if not (await service.adialect()).supports(evolution.LIST_GENERATIONS):
            return 0
        told, start = 0, state.complete_to + 1
        while start <= trial.current_generation:
            page = await service.aprogress(trial.trial_id, max(0, start - 1), limit=BATCH + 1)
            before = next((one.tokens_used for one in page.generations if one.generation == start - 1), 0 if start == 0 else None)
            missing = [one for one in page.generations if one.generation >= start]
            if not missing:
                break
            facts = list(generation_facts(missing, budget=token_budget(trial), before=before))
            told += await self._tell(state.id, facts)
            start = missing[-1].generation + 1
        return told

    async def _tell(self, workflow_id: UUID, facts: Sequence[ReportedFact], actor: Actor = RECONCILER, **whose: Any) -> int:
        """Record what is not on record yet; where somebody told the same in other words before, the first word stands.

        :param whose: as :func:`append` takes it, ``origin`` and ``workflow_type`` of an execution that this may open.
        :raises NotFoundError: when it is not on record and may not be opened. Without ``whose`` that is nothing to tell.
        """
        told, left = 0, list(facts)
        try:
            while left:
                new, left = await self._next(workflow_id, left, {"actor": actor, **whose})
                told += new
        except NotFoundError:
            if whose:
                raise
        finally:
            if told:
                await asyncio.to_thread(settle_replay, self._sessions, workflow_id, facts)
        return told

    async def _next(self, workflow_id: UUID, facts: list[ReportedFact], teller: Mapping[str, Any]) -> tuple[int, list[ReportedFact]]:
        """Record the first of ``facts``, or find one that was told in other words. Returns how many are new, and which are left."""
        try:
            return await self._database(partial(_appended, workflow_id, facts[:MAX_FACTS], teller)), facts[MAX_FACTS:]
        except ConflictError as error:
            others = [fact for fact in facts if fact.idempotency_key != error.details.get("idempotency_key")]
            if len(others) == len(facts):
                raise
            return 0, others

    async def _database(self, work: Callable[[Session], T]) -> T:
        def run() -> T:
            with self._sessions() as session:
                return work(session)

        return await asyncio.to_thread(patiently, run)


def _executions(ended: endings.RunEnding, session: Session) -> list[UUID]:
    return endings.executions_of(session, ended)


def _forget(ended: endings.RunEnding, session: Session) -> None:
    endings.forget(session, ended)


def _appended(workflow_id: UUID, facts: Sequence[ReportedFact], teller: Mapping[str, Any], session: Session) -> int:
    return append(session, workflow_id, facts, **teller).recorded


def reconciler_job() -> Job:
    """The reconciler of this process."""
    return Job("reconciler", Reconciler(resolve().settings.reconcile_seconds).tick, TICK_SECONDS)
