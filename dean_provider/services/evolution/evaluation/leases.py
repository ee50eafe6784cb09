"""Candidates for evaluators outside the service: queued, leased for a time, returned idempotently.

Results are stored as they come, so neither a crash of the service nor one of an evaluator loses what others have done.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from dean_provider.contract.evaluation import Candidate, Lease, LeaseCandidates, Returned, ReturnEvaluations
from dean_provider.contract.trial import TrialStatus
from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.evolution.evaluation.evaluator import Evaluated, Interrupted, OutOfTime, Task
from dean_provider.services.evolution.lookup import trial_row
from dean_provider.services.evolution.tables import CandidateRow, TrialRow
from dean_provider.services.store import Database

__all__ = ["LeaseEvaluator"]

_GLANCE_SECONDS = 0.2
_NOTHING = -1


class LeaseEvaluator:
    """Waits for others to evaluate, and answers the lease operations.

    :param clock: seconds, for what a task may take; it never goes back.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic) -> None:
        self.database = database
        self.now = now
        self.clock = clock
        self._returned = threading.Condition()

    def evaluate(self, task: Task, interrupt: threading.Event) -> Evaluated:
        """Queue the agents and wait until the last has come back.

        A pause ends the wait, so that another trial can have the place; what has come back until the trial goes on counts.
        """
        with self.database.write() as session:
            number = trial_row(session, task.trial_id).number
            self._queue(session, number, task)
        waiting = select(func.count()).where(CandidateRow.trial == number, CandidateRow.fitness.is_(None))
        status = select(TrialRow.status).where(TrialRow.number == number)
        deadline = math.inf if task.seconds is None else self.clock() + task.seconds
        while True:
            with self.database.read() as session:
                if not session.scalar(waiting):
                    break
                if session.scalar(status) == TrialStatus.PAUSED.value:
                    raise Interrupted
            if self.clock() >= deadline:
                raise OutOfTime
            with self._returned:
                self._returned.wait(_GLANCE_SECONDS)
            if interrupt.is_set():
                raise Interrupted
        query = select(CandidateRow.position, CandidateRow.fitness).where(CandidateRow.trial == number)
        with self.database.read() as session:
            found = dict(session.execute(query).tuples().all())
        return Evaluated(np.array([found[position] for position in task.positions], dtype=np.float64))

    @staticmethod
    def _queue(session: Session, number: int, task: Task) -> None:
        """Queue what is not queued yet: after a restart what has come back counts."""
        session.execute(delete(CandidateRow).where(CandidateRow.trial == number, CandidateRow.generation != task.generation))
        known = set(session.scalars(select(CandidateRow.position).where(CandidateRow.trial == number)))
        for position, agent_id, genome in zip(task.positions, task.agent_ids, task.genomes, strict=True):
            if position not in known:
                row = CandidateRow(trial=number, generation=task.generation, position=position, agent_id=agent_id, genome=genome)
                session.add(row)

    def lease(self, request: LeaseCandidates) -> Lease:
        """Take candidates that wait; asking again under the same id renews the lease."""
        now = self.now()
        until = now + timedelta(seconds=request.ttl_seconds)
        with self.database.write() as session:
            trial = trial_row(session, request.trial_id)
            rows = self._held(session, trial, request.lease_id)
            if not rows and trial.status == TrialStatus.RUNNING.value:
                rows = self._free(session, trial, request.size, now)
            for row in rows:
                row.lease_id, row.expires_at = request.lease_id, until
            candidates = [Candidate(agent_id=row.agent_id, position=row.position, genome=row.genome.tolist()) for row in rows]
        return Lease(
            lease_id=request.lease_id,
            trial_id=request.trial_id,
            generation=rows[0].generation if rows else _NOTHING,
            objective=trial.objective,
            expires_at=until,
            candidates=candidates,
        )

    @staticmethod
    def _held(session: Session, trial: TrialRow, lease_id: str) -> list[CandidateRow]:
        mine = CandidateRow.trial == trial.number, CandidateRow.lease_id == lease_id, CandidateRow.fitness.is_(None)
        return list(session.scalars(select(CandidateRow).where(*mine).order_by(CandidateRow.position).with_for_update()))

    @staticmethod
    def _free(session: Session, trial: TrialRow, size: int, now: datetime) -> list[CandidateRow]:
        free = or_(CandidateRow.lease_id.is_(None), CandidateRow.expires_at < now)
        query = select(CandidateRow).where(CandidateRow.trial == trial.number, CandidateRow.fitness.is_(None), free)
        return list(session.scalars(query.order_by(CandidateRow.position).limit(size).with_for_update(skip_locked=True)))

    def give_back(self, request: ReturnEvaluations) -> Returned:
        """Store results; the first for a candidate counts, and the same again changes nothing.

        ``accepted`` counts the results that now stand. A generation that is committed already accepts none.
        """
        _require_finite(request)
        results = {result.position: result.fitness for result in request.results}
        with self.database.write() as session:
            trial = trial_row(session, request.trial_id)
            here = CandidateRow.trial == trial.number, CandidateRow.generation == request.generation
            rows = session.scalars(select(CandidateRow).where(*here, CandidateRow.position.in_(results)).with_for_update()).all()
            for row in rows:
                if row.fitness is None:
                    row.fitness = results[row.position]
            accepted = sum(row.fitness == results[row.position] for row in rows)
            session.flush()
            remaining = session.scalar(select(func.count()).where(*here, CandidateRow.fitness.is_(None))) or 0
        with self._returned:
            self._returned.notify_all()
        return Returned(accepted=accepted, remaining=remaining)


def _require_finite(request: ReturnEvaluations) -> None:
    wrong = [result.position for result in request.results if not math.isfinite(result.fitness)]
    if wrong:
        rule = "must be a finite number"
        problems = [{"field": f"results.{position}.fitness", "rule": rule} for position in wrong]
        raise InvalidConfigurationError(f"fitness {rule}.", details={"problems": problems})
