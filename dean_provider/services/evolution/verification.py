"""The outcome of a trial on unseen instances: evaluated exactly, once, after the run, in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from structlog import get_logger

from dean_provider.contract.trial import Objective, Scores, TrialRef, Verification
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import EvaluationError, ServiceUnavailableError
from dean_provider.services.evolution.economy import Economy, spend
from dean_provider.services.evolution.evaluation.process import WorkerLost, WorkerProcess
from dean_provider.services.evolution.lookup import completed_trial
from dean_provider.services.evolution.once import Once
from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.evolution.tables import TrialRow, VerificationRow
from dean_provider.services.store import Database

__all__ = ["Verifier"]

_log = get_logger(__name__)


class Verifier:
    """Answers the verification operation."""

    def __init__(self, database: Database, economy: Economy, settings: EvolutionSettings, now: Callable[[], datetime]) -> None:
        self.database = database
        self.economy = economy
        self.settings = settings
        self.now = now
        self._once = Once()
        self._lock = threading.Lock()
        self._workers: set[WorkerProcess] = set()
        self._closed = False

    def close(self) -> None:
        """End the verifications that run; they are done when somebody asks again."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()

    def verify(self, request: TrialRef) -> Verification:
        """Evaluate the outcome exactly, or find what was found then.

        :raises InvalidStateError: the trial has not completed.
        :raises EvaluationError: the verifier refused the outcome, hung or died.
        """
        return self._once.do(request.trial_id, lambda: self._stored(request.trial_id), lambda: self._make(request.trial_id))

    def _stored(self, trial_id: str) -> Verification | None:
        with self.database.read() as session:
            row = session.get(VerificationRow, trial_id)
            return None if row is None else Verification.model_validate(row.result)

    def _make(self, trial_id: str) -> Verification:
        with self.database.read() as session:
            trial = completed_trial(session, trial_id)
        sets = load_objective(trial.objective, trial.config["objective_parameters"]).instance_counts
        cost = len(sets) * Objective.model_validate(trial.description).tokens_per_evaluation
        with self.economy.holding(trial_id, cost):
            return self._store(trial, self._ask(trial), cost)

    def _store(self, trial: TrialRow, found: dict[str, Any], cost: int) -> Verification:
        outcome = () if trial.outcome is None else trial.outcome.tolist()
        verification = Verification(
            trial_id=trial.trial_id,
            agent_id=trial.best_agent_id or "",
            genome=list(outcome),
            traits=found["traits"],
            exact=True,
            instances=found["instances"],
            scores=Scores.model_validate(found["scores"]),
            baselines={name: Scores.model_validate(scores) for name, scores in found["baselines"].items()},
            tokens_used=cost,
            verified_at=self.now(),
        )
        with self.database.write() as session:
            session.add(VerificationRow(trial_id=trial.trial_id, result=verification.model_dump(mode="json")))
            spend(session, trial.trial_id, "verification", tokens=cost, evaluations=len(found["instances"]), at=verification.verified_at)
        return verification

    def _ask(self, trial: TrialRow) -> dict[str, Any]:
        header = {"do": "verify", "objective": trial.objective, "parameters": trial.config["objective_parameters"]}
        outcome = np.ascontiguousarray(trial.outcome, dtype="<f8").tobytes()
        with self._lock:
            if self._closed:
                raise ServiceUnavailableError("The service stops.")
            worker = WorkerProcess(self.settings.evaluation_memory_bytes)
            self._workers.add(worker)
        try:
            found, _ = worker.ask(header, outcome, self.settings.verification_timeout_seconds)
        except WorkerLost as lost:
            found = {"ok": False, "kind": lost.kind, "message": lost.why}
        finally:
            worker.kill()
            with self._lock:
                self._workers.discard(worker)
        if not found["ok"]:
            _log.warning("verification failed", trial_id=trial.trial_id, why=found["message"], trace=found.get("trace"))
            raise EvaluationError(
                f"The outcome of trial {trial.trial_id!r} could not be verified: {found['message']}.",
                details={"trial_id": trial.trial_id, "kind": found["kind"]},
            )
        return found
