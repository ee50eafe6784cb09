"""The Evolution API's application: what it is made of and which operation is answered by what."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from functools import partial
from typing import Any

from fastapi import FastAPI
from sqlalchemy import func, select
from structlog import get_logger

from dean_provider import __version__
from dean_provider.contract.endpoints import evolution as operations
from dean_provider.contract.endpoints import indexagent as indexagent_operations
from dean_provider.contract.service import Check, Empty, HealthStatus, ServiceName
from dean_provider.contract.trial import TrialStatus
from dean_provider.services.evolution.admission import Admission
from dean_provider.services.evolution.application import PatternApplication
from dean_provider.services.evolution.background import LongCalls
from dean_provider.services.evolution.conductor import Conductor
from dean_provider.services.evolution.economy import Economy
from dean_provider.services.evolution.effectiveness import PatternMeasurement
from dean_provider.services.evolution.evaluation.evaluator import PoolEvaluator
from dean_provider.services.evolution.evaluation.leases import LeaseEvaluator
from dean_provider.services.evolution.evaluation.pool import WorkerPool
from dean_provider.services.evolution.export import Export
from dean_provider.services.evolution.forks import ForkValidation
from dean_provider.services.evolution.generations import History
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.notices import Notices
from dean_provider.services.evolution.objectives import ObjectiveShelf
from dean_provider.services.evolution.records import Probe, Records
from dean_provider.services.evolution.registry import PatternRegistry
from dean_provider.services.evolution.run import Run
from dean_provider.services.evolution.settings import EvaluatorKind, EvolutionSettings
from dean_provider.services.evolution.tables import GenerationRow, PatternRow, TrialRow, UsageRow
from dean_provider.services.evolution.trials import Trials
from dean_provider.services.evolution.verification import Verifier
from dean_provider.services.evolution.workshop import Workshop
from dean_provider.services.store import Database, Ownership, migrate
from dean_provider.services.web.app import Service, build_app
from dean_provider.web.binding import Handlers
from dean_provider.web.instruments import Instruments

__all__ = ["EvolutionService"]

PACKAGE = "dean_provider.services.evolution"
_log = get_logger(__name__)
_LONG_CALLS = 8
_HEALTH_SECONDS = 2.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def _no_probe(point: str, trial_id: str, generation: int) -> None:
    """What a service does where a test may kill it: nothing."""


class EvolutionService:
    """Everything behind the Evolution API's routes; :attr:`app` serves it.

    :param now: the time (UTC).
    :param probe: called where a test may kill the process.
    :param on_lost: called on the loop when another service has taken the database, so that the process can end.
    """

    ownership_seconds = 5.0

    def __init__(
        self,
        settings: EvolutionSettings,
        *,
        now: Callable[[], datetime] = _utc_now,
        probe: Probe = _no_probe,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.on_lost = on_lost
        self.closing = threading.Event()
        self.lost = threading.Event()
        self.database = Database(settings.database_url)
        self.ownership = Ownership(self.database, "evolution")
        self.notices = Notices(settings.max_waiting_calls)
        self.indexagent = IndexAgentClient(settings)
        self.economy = Economy(self.database, settings.token_limit, now)
        self.pool = WorkerPool(
            settings.workers,
            seconds=settings.evaluation_timeout_seconds,
            memory_bytes=settings.evaluation_memory_bytes,
            retries=settings.evaluation_retries,
        )
        self.pool_evaluator = PoolEvaluator(self.pool, settings.batch_size)
        self.leases = LeaseEvaluator(self.database, now)
        self.records = Records(self.database, self.economy, now, self.notices.publish, probe)
        self.conductor = Conductor(self.records, self._run, settings.max_running_trials)
        self.long_calls = LongCalls(_LONG_CALLS)
        self.verifier = Verifier(self.database, self.economy, settings, now)
        self.instruments = Instruments(ServiceName.EVOLUTION, __version__)
        self._trials_gauge = self.instruments.gauge("trials", "Trials by status.", "status")
        self._totals = {
            name: self.instruments.gauge(name, text)
            for name, text in (
                ("generations", "Generations committed."),
                ("tokens_used", "Tokens used."),
                ("evaluations", "Evaluations paid for."),
                ("patterns", "Patterns stored."),
                ("batch_retries", "Evaluation batches repeated."),
                ("workers_alive", "Worker processes that run."),
                ("waiting_calls", "Long polls and streams open."),
            )
        }
        self.app = build_app(self._service(), settings)

    def _run(self, trial_id: str, interrupt: threading.Event) -> Run:
        leases = self.settings.evaluator is EvaluatorKind.LEASES
        evaluator = self.leases if leases else self.pool_evaluator
        return Run(
            trial_id,
            self.records,
            self.indexagent,
            evaluator=evaluator,
            judge=self.pool_evaluator,
            interrupt=interrupt,
            patience_seconds=self.settings.patience_seconds,
            closing=self.closing,
        )

    def stop_waiting(self) -> None:
        """Send every waiting call home, because the service stops; safe in a signal handler."""
        self.closing.set()
        self.notices.close()

    def _long(self, name: str, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Work that may take minutes, on threads of its own, so that it never starves short calls."""

        async def answer(request: Any) -> Any:
            return await self.long_calls.run(f"{name}|{request.model_dump_json()}", partial(work, request))

        return answer

    def _handlers(self) -> Handlers:
        settings, database, now = self.settings, self.database, self.now
        shelf = ObjectiveShelf(settings)
        admission = Admission(self.economy, self.indexagent, shelf, settings.max_pending_trials)
        trials = Trials(database, self.conductor, admission, now, self.notices.publish)
        history = History(database, self.notices, max_wait_seconds=settings.max_wait_seconds, heartbeat_seconds=settings.heartbeat_seconds)
        registry = PatternRegistry(database)
        workshop = Workshop(database, self.economy, self.indexagent, self.pool_evaluator, now=now, closing=self.closing)
        measurement, application = PatternMeasurement(workshop), PatternApplication(workshop)
        return {
            operations.START_TRIAL: trials.start,
            operations.READ_TRIAL: trials.read,
            operations.LIST_TRIALS: trials.list,
            operations.PAUSE_TRIAL: trials.pause,
            operations.RESUME_TRIAL: trials.resume,
            operations.STOP_TRIAL: trials.stop,
            operations.LIST_GENERATIONS: history.list,
            operations.STREAM_TRIAL: history.stream,
            operations.EXPORT_TRIAL: Export(database, self.indexagent).stream,
            operations.VERIFY_TRIAL: self._long("verify", self.verifier.verify),
            operations.VALIDATE_TRIAL: ForkValidation(database, shelf).validate,
            operations.READ_CONSTRAINTS: shelf.constraints,
            operations.LIST_OBJECTIVES: shelf.objectives,
            operations.LEASE_CANDIDATES: self.leases.lease,
            operations.RETURN_EVALUATIONS: self.leases.give_back,
            operations.LIST_PATTERNS: registry.list,
            operations.READ_PATTERN: registry.read,
            operations.STORE_PATTERN: registry.store,
            operations.MEASURE_PATTERN: self._long("measure", measurement.measure),
            operations.QUARANTINE_PATTERN: registry.quarantine,
            operations.APPLY_PATTERNS: self._long("apply", application.apply),
            operations.READ_BUDGET: self.economy.budget,
            operations.ALLOCATE_TOKENS: self.economy.allocate,
            operations.READ_USAGE: self.economy.usage,
        }

    def _service(self) -> Service:
        return Service(
            dialect=operations.REFERENCE,
            title="Evolution API",
            handlers=self._handlers(),
            health=operations.HEALTH,
            metrics=operations.METRICS,
            instruments=self.instruments,
            lifespan=self._lifespan,
            checks={"database": self._check_database, "indexagent": self._check_indexagent, "pool": self._check_pool},
            before_metrics=self._refresh_metrics,
            further_statuses=(502, 504),
        )

    def _open(self) -> None:
        self.ownership.take()
        migrate(self.database, PACKAGE)
        self.pool.start()
        self.conductor.recover()

    def _close(self) -> None:
        self.closing.set()
        self.conductor.close(self.settings.shutdown_seconds)
        self.verifier.close()
        self.pool.close()
        self.indexagent.close()
        self.ownership.release()
        self.database.close()

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Trials, selection, evaluation, generations, budgets and the token economy, the pattern registry."""
        self.notices.open()
        await asyncio.to_thread(self._open)
        watch = asyncio.create_task(self._watch_ownership())
        try:
            yield
        finally:
            watch.cancel()
            self.notices.close()
            await asyncio.to_thread(self._close)

    async def _watch_ownership(self) -> None:
        """Move no trial any more once another service owns the database."""
        while await asyncio.to_thread(self.ownership.keep):  # noqa: ASYNC110  nobody tells us of it
            await asyncio.sleep(self.ownership_seconds)
        _log.error("another Evolution API has taken the database; this one stops")
        self.lost.set()
        await asyncio.to_thread(self.conductor.close, 0)
        self.on_lost()

    async def _check_database(self) -> Check:
        if self.lost.is_set():
            return Check(status=HealthStatus.UNHEALTHY, message="another Evolution API owns the database")
        await asyncio.to_thread(self.database.ping)
        return Check(status=HealthStatus.HEALTHY)

    async def _check_indexagent(self) -> Check:
        ask = partial(self.indexagent.call, indexagent_operations.HEALTH, Empty(), seconds=_HEALTH_SECONDS)
        found = await asyncio.to_thread(ask)
        return Check(status=found.status, message="" if found.status is HealthStatus.HEALTHY else f"IndexAgent is {found.status.value}")

    async def _check_pool(self) -> Check:
        alive = await asyncio.to_thread(self.pool.alive)
        text = f"{alive} of {self.pool.size} workers run"
        return Check(status=HealthStatus.HEALTHY if alive else HealthStatus.UNHEALTHY, message=text)

    def _refresh_metrics(self) -> None:
        with self.database.read() as session:
            counts = dict(session.execute(select(TrialRow.status, func.count()).group_by(TrialRow.status)).tuples().all())
            generations = session.scalar(select(func.count()).select_from(GenerationRow))
            tokens, evaluations = session.execute(select(func.sum(UsageRow.tokens), func.sum(UsageRow.evaluations))).one()
            retries = session.scalar(select(func.sum(TrialRow.retries)))
            patterns = session.scalar(select(func.count()).select_from(PatternRow))
        for status in TrialStatus:
            self._trials_gauge.labels(status.value).set(counts.get(status.value, 0))
        found = {"generations": generations, "tokens_used": tokens, "evaluations": evaluations, "batch_retries": retries}
        found |= {"patterns": patterns, "workers_alive": self.pool.alive(), "waiting_calls": self.notices.waiting}
        for name, value in found.items():
            self._totals[name].set(float(value or 0))
