"""What a running trial writes: each step is one transaction, and none writes for a trial that was stopped meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import Scores, TerminationReason, TrialStatus
from dean_provider.errors import DeanError
from dean_provider.services.evolution.economy import Economy, spend
from dean_provider.services.evolution.evaluation.evaluator import Interrupted
from dean_provider.services.evolution.fit import Shared
from dean_provider.services.evolution.lookup import find_trial, trial_row
from dean_provider.services.evolution.pauses import end_pause
from dean_provider.services.evolution.shown import stored_config
from dean_provider.services.evolution.tables import CandidateRow, GenerationRow, TrialRow
from dean_provider.services.store import Database, table_of

__all__ = ["Committed", "Outcome", "Probe", "Progress", "Records"]

Array = npt.NDArray[np.float64]
Probe = Callable[[str, str, int], None]
"""Called with (point, trial, generation) where a process may be killed in a test; does nothing in a service."""
_MOVING = (TrialStatus.RUNNING.value, TrialStatus.PAUSED.value, TrialStatus.PENDING.value)
"""A run may still finish its generation after a pause, and after the pause or stop was taken back."""


@dataclass(frozen=True)
class Progress:
    """How far a trial has got, as its run needs to know.

    :param generation: last committed one; -1 before the first.
    :param fitness: of that generation, by position.
    :param best_history: best fitness of every generation up to it.
    :param shared: what a fork shares with its parent.
    """

    trial_id: str
    population_id: str
    config: TrialConfig
    request_id: str | None
    generation: int
    fitness: Array
    best_history: list[float]
    digest: str
    tokens_used: int
    elapsed_seconds: float
    shared: Shared | None = None

    @property
    def seed(self) -> int:
        """The trial's seed; settled before its first generation."""
        return self.config.seed or 0


@dataclass(frozen=True)
class Outcome:
    """Which agent of the last generation won, and its metric."""

    agent_id: str
    genome: Array
    scores: Scores
    tokens: int
    evaluations: int


@dataclass(frozen=True)
class Committed:
    """How a trial stands with one more generation.

    :param goes_on: not when it was paused meanwhile.
    :param affordable: whether the service's limit leaves enough for the next generation.
    """

    goes_on: bool
    affordable: bool


class Records:
    """Reads and writes trials on behalf of their runs.

    :param on_change: told the trial's id after every commit that others may want to know of.
    """

    def __init__(
        self, database: Database, economy: Economy, now: Callable[[], datetime], on_change: Callable[[str], None], probe: Probe
    ) -> None:
        self.database = database
        self.economy = economy
        self.now = now
        self.on_change = on_change
        self.probe = probe

    def load(self, trial_id: str) -> Progress:
        """Where a trial stands."""
        with self.database.read() as session:
            row = trial_row(session, trial_id)
            query = select(GenerationRow.best_fitness).where(GenerationRow.trial == row.number).order_by(GenerationRow.generation)
            history = list(session.scalars(query))
            last = session.get(GenerationRow, (row.number, row.current_generation))
            shared = _shared(session, row)
        return Progress(
            trial_id=trial_id,
            population_id=row.population_id,
            config=stored_config(row),
            request_id=row.request_id,
            generation=row.current_generation,
            fitness=last.fitness if last is not None else np.empty(0),
            best_history=history,
            digest=row.digest or "",
            tokens_used=row.tokens_used,
            elapsed_seconds=row.elapsed_seconds,
            shared=shared,
        )

    def begin(self, trial_id: str) -> bool:
        """Mark a pending trial as running; whether it may move."""
        with self.database.write() as session:
            row = trial_row(session, trial_id, lock=True)
            if row.status not in (TrialStatus.PENDING.value, TrialStatus.RUNNING.value):
                return False
            row.status = TrialStatus.RUNNING.value
            row.waiting = None
            row.started_at = row.started_at or self.now()
        self.on_change(trial_id)
        return True

    def note_seed(self, trial_id: str, seed: int) -> None:
        """Keep the seed that a trial without one uses."""
        with self.database.write() as session:
            trial_row(session, trial_id, lock=True).seed = seed

    def note_waiting(self, trial_id: str, why: str | None) -> None:
        """Say what a running trial waits for, or that it goes on; a paused one waits for somebody to resume it."""
        with self.database.write() as session:
            row = trial_row(session, trial_id, lock=True)
            row.waiting = why if row.status == TrialStatus.RUNNING.value else None
        self.on_change(trial_id)

    def note_elapsed(self, trial_id: str, seconds: float) -> None:
        """Keep the running time of a trial that is interrupted."""
        with self.database.write() as session:
            row = trial_row(session, trial_id, lock=True)
            row.elapsed_seconds = max(row.elapsed_seconds, seconds)

    def status(self, trial_id: str) -> TrialStatus:
        """The stored status."""
        with self.database.read() as session:
            return TrialStatus(trial_row(session, trial_id).status)

    def tokens_left(self, trial_id: str) -> int | None:
        """What the service's limit leaves to a trial."""
        if self.economy.limit is None:
            return None
        with self.database.read() as session:
            return self.economy.available_to(session, trial_id)

    def require_tokens(self, trial_id: str, tokens: int) -> None:
        """Nothing when the service's limit leaves ``tokens`` to a trial.

        :raises BudgetExhaustedError: it does not.
        """
        with self.database.read() as session:
            self.economy.require(session, trial_id, tokens)

    def commit(self, before: Progress, generation: dict[str, Any], retries: int, next_cost: int = 0) -> Committed:
        """Commit one generation with everything that changes with it.

        :param generation: columns of the generation, without trial and time.
        :param next_cost: tokens of the generation after it and of the outcome, which are promised to the trial with this commit.
        :raises Interrupted: the trial was stopped meanwhile, or another service has moved it; nothing is written.
        """
        at = self.now()
        with self.database.write() as session:
            known = TrialRow.number, TrialRow.status, TrialRow.current_generation
            query = select(*known).where(TrialRow.trial_id == before.trial_id).with_for_update()
            number, status, newest = session.execute(query).tuples().one()
            if status not in _MOVING or newest != before.generation:
                raise Interrupted
            columns = {**generation, "trial": number, "completed_at": at, "retries": retries}
            session.execute(insert(table_of(GenerationRow)).values(columns))
            trial = table_of(TrialRow)
            session.execute(update(trial).where(trial.c.number == number).values(_advanced(before, columns)))
            spend(
                session,
                before.trial_id,
                "generation",
                tokens=columns["tokens_used"] - before.tokens_used,
                evaluations=columns["evaluations"],
                at=at,
            )
            affordable = self._affordable(session, before.trial_id, next_cost)
            self.probe("committing", before.trial_id, columns["generation"])
        self.probe("committed", before.trial_id, columns["generation"])
        self.on_change(before.trial_id)
        return Committed(goes_on=status == TrialStatus.RUNNING.value, affordable=affordable)

    def _affordable(self, session: Session, trial_id: str, tokens: int) -> bool:
        """Whether the service's limit leaves ``tokens`` to a trial, now that what it has used is in the ledger."""
        if self.economy.limit is None:
            return True
        self.economy.alone(session)
        available = self.economy.available_to(session, trial_id)
        return available is None or tokens <= available

    def complete(self, trial_id: str, reason: TerminationReason, outcome: Outcome, elapsed_seconds: float) -> None:
        """Store the outcome.

        :raises Interrupted: the trial was stopped or paused meanwhile; nothing is written.
        """
        with self.database.write() as session:
            row = trial_row(session, trial_id, lock=True)
            if row.status != TrialStatus.RUNNING.value:
                raise Interrupted
            row.status = TrialStatus.COMPLETED.value
            row.termination_reason = reason.value
            row.best_agent_id = outcome.agent_id
            row.outcome = outcome.genome
            row.scores = outcome.scores.model_dump(mode="json")
            row.elapsed_seconds = elapsed_seconds
            row.waiting = None
            row.ended_at = self.now()
            session.execute(delete(CandidateRow).where(CandidateRow.trial == row.number))
            if outcome.evaluations:
                spend(session, trial_id, "outcome", tokens=outcome.tokens, evaluations=outcome.evaluations, at=row.ended_at)
        self.on_change(trial_id)

    def fail(self, trial_id: str, error: DeanError, elapsed_seconds: float) -> None:
        """Store why a trial ended without an outcome, unless it was stopped meanwhile."""
        with self.database.write() as session:
            row: TrialRow = trial_row(session, trial_id, lock=True)
            if row.status not in _MOVING:
                return
            row.status = TrialStatus.FAILED.value
            row.termination_reason = TerminationReason.ERROR.value
            row.error = error.message
            row.waiting = None
            row.elapsed_seconds = max(row.elapsed_seconds, elapsed_seconds)
            row.ended_at = self.now()
            end_pause(row, row.ended_at)
        self.on_change(trial_id)


def _shared(session: Session, row: TrialRow) -> Shared | None:
    parent = find_trial(session, row.parent_id) if row.parent_id is not None else None
    return None if parent is None or row.parent_generation is None else Shared(parent.population_id, row.parent_generation)


def _advanced(before: Progress, generation: dict[str, Any]) -> dict[str, Any]:
    """What a committed generation changes of its trial."""
    return {
        "current_generation": generation["generation"],
        "best_fitness": max([*before.best_history, generation["best_fitness"]]),
        "diversity": generation["diversity"],
        "tokens_used": generation["tokens_used"],
        "digest": generation["digest"],
        "elapsed_seconds": generation["elapsed_seconds"],
        "retries": TrialRow.retries + generation["retries"],
    }
