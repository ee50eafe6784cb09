"""Trials: started idempotently under the caller's id, read, listed, paused, resumed, stopped for good."""

from __future__ import annotations

import platform
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from asgi_correlation_id import correlation_id
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from structlog import get_logger

from dean_provider import __version__
from dean_provider.contract.config import config_differences
from dean_provider.contract.trial import ListTrials, StartTrial, StopTrial, TerminationReason, Trial, TrialPage, TrialRef, TrialStatus
from dean_provider.engine.evolve import outcome_cost
from dean_provider.engine.objectives import Objective, describe
from dean_provider.errors import (
    ConflictError,
    InvalidStateError,
)
from dean_provider.services.evolution.admission import Admission
from dean_provider.services.evolution.conductor import Conductor
from dean_provider.services.evolution.economy import next_step
from dean_provider.services.evolution.forks import copy_history, require_forkable, share_history
from dean_provider.services.evolution.lookup import find_trial, trial_row
from dean_provider.services.evolution.pauses import begin_pause, end_pause
from dean_provider.services.evolution.shown import shown_origin, shown_trial, stored_config
from dean_provider.services.evolution.tables import LabelRow, TrialRow
from dean_provider.services.evolution.turns import Turns
from dean_provider.services.store import Database, read_cursor, write_cursor

__all__ = ["Trials"]

_log = get_logger(__name__)


def _versions() -> dict[str, str]:
    found = {"dean-provider": __version__, "python": platform.python_version()}
    for name in ("numpy", "pymoo"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _require_same(row: TrialRow, request: StartTrial) -> None:
    """Nothing when a start asks for what is stored.

    :raises ConflictError: naming what differs.
    """
    stored, asked = stored_config(row), request.config
    if asked.seed is None and row.config["seed"] is None:
        asked = asked.model_copy(update={"seed": stored.seed})
    differences = {field: {"stored": left, "asked": right} for field, (left, right) in config_differences(stored, asked).items()}
    if shown_origin(row) != request.fork:
        stored_fork, asked_fork = shown_origin(row), request.fork
        differences["fork"] = {
            "stored": stored_fork and stored_fork.model_dump(mode="json"),
            "asked": asked_fork and asked_fork.model_dump(mode="json"),
        }
    if row.population_id != request.population_id:
        differences["population_id"] = {"stored": row.population_id, "asked": request.population_id}
    if differences:
        raise ConflictError(
            f"Trial {row.trial_id!r} exists with another {', '.join(differences)}.",
            details={"trial_id": row.trial_id, "differences": differences},
            suggestions=["Start under another id, or with the configuration that is stored."],
        )


def _still_needed(row: TrialRow) -> int:
    """Tokens a stored trial must be promised to go on."""
    budget = row.config["token_budget"]
    ahead = next_step(row.config, row.description, row.current_generation) if budget is None else max(0, budget - row.tokens_used)
    return ahead + row.outcome_tokens


def _refuse_state(row: TrialRow, verb: str, suggestion: str) -> InvalidStateError:
    return InvalidStateError(
        f"Trial {row.trial_id!r} is {row.status} and cannot be {verb}.",
        details={"trial_id": row.trial_id, "status": row.status},
        suggestions=[suggestion],
    )


class Trials:
    """Answers the trial operations.

    What is stored and what the conductor is told change together: a start between the two halves of a stop would be lost.
    """

    def __init__(
        self,
        database: Database,
        conductor: Conductor,
        admission: Admission,
        now: Callable[[], datetime],
        on_change: Callable[[str], None],
    ) -> None:
        self.database = database
        self.conductor = conductor
        self.admission = admission
        self.now = now
        self.on_change = on_change
        self.versions = _versions()
        self._turns = Turns()

    def start(self, request: StartTrial) -> Trial:
        """Start a trial, find the one there is, or resume a stopped one."""
        found = self._again(request)
        if found is not None:
            return found
        objective = self.admission.admit(request)
        try:
            trial = self._insert(request, objective)
        except IntegrityError:  # started twice at once
            found = self._again(request)
            if found is None:
                raise
            return found
        _log.info("trial accepted", trial_id=request.trial_id)
        self.conductor.submit(request.trial_id)
        return trial

    def _again(self, request: StartTrial) -> Trial | None:
        with self._turns.of(request.trial_id):
            return self._find(request)

    def _find(self, request: StartTrial) -> Trial | None:
        with self.database.write() as session:
            row = find_trial(session, request.trial_id, lock=True)
            if row is None:
                return None
            _require_same(row, request)
            resumed = row.status == TrialStatus.STOPPED.value
            if resumed:
                self.admission.check_room(session, row.trial_id, _still_needed(row))
                row.status = TrialStatus.PENDING.value
                row.termination_reason = row.stop_reason = row.ended_at = None
                row.resumptions += 1
            trial = shown_trial(row)
        if resumed:
            _log.info("stopped trial resumed", trial_id=row.trial_id)
            self.on_change(row.trial_id)
        if trial.status in (TrialStatus.PENDING, TrialStatus.RUNNING):
            self.conductor.submit(row.trial_id)
        return trial

    def _insert(self, request: StartTrial, objective: Objective) -> Trial:
        row = self._row(request, objective)
        with self.database.write() as session:
            parent = None
            if request.fork is not None:
                parent = require_forkable(session, request.fork, request.config)
                share_history(session, parent, row, request.fork.generation)
            self.admission.check_room(session, request.trial_id, _still_needed(row))
            session.add(row)
            session.flush()
            if parent is not None:
                copy_history(session, parent, row)
            return shown_trial(row)

    def _row(self, request: StartTrial, objective: Objective) -> TrialRow:
        """A trial that has not begun."""
        config = request.config
        return TrialRow(
            trial_id=request.trial_id,
            population_id=request.population_id,
            name=config.name,
            objective=config.objective,
            config=config.model_dump(mode="json"),
            seed=config.seed,
            status=TrialStatus.PENDING.value,
            current_generation=-1,
            tokens_used=0,
            outcome_tokens=outcome_cost(config, objective),
            shared_tokens=0,
            description=describe(type(objective)).model_dump(mode="json"),
            elapsed_seconds=0.0,
            paused_seconds=0.0,
            retries=0,
            resumptions=0,
            versions=self.versions,
            request_id=correlation_id.get(),
            created_at=self.now(),
            labels=[LabelRow(key=key, value=value) for key, value in config.labels.items()],
        )

    def read(self, request: TrialRef) -> Trial:
        """One trial."""
        with self.database.read() as session:
            return shown_trial(trial_row(session, request.trial_id))

    def list(self, request: ListTrials) -> TrialPage:
        """Trials, newest first."""
        cursor = read_cursor(request.cursor)
        query = _filtered(select(TrialRow), request).order_by(TrialRow.number.desc()).limit(request.limit + 1)
        if cursor:
            query = query.where(TrialRow.number < cursor[0])
        with self.database.read() as session:
            rows = session.scalars(query).all()
        more = write_cursor(rows[request.limit - 1].number) if len(rows) > request.limit else None
        return TrialPage(trials=[shown_trial(row) for row in rows[: request.limit]], next_cursor=more)

    def pause(self, request: TrialRef) -> Trial:
        """Hold a trial at its next generation boundary: the generation being evaluated is still committed."""
        with self.database.write() as session:
            row = trial_row(session, request.trial_id, lock=True)
            if TrialStatus(row.status).ended:
                raise _refuse_state(row, "paused", "Only pending and running trials can be paused.")
            row.status = TrialStatus.PAUSED.value
            row.waiting = None
            begin_pause(row, self.now())
            trial = shown_trial(row)
        _log.info("trial paused", trial_id=request.trial_id)
        self.on_change(request.trial_id)
        return trial

    def resume(self, request: TrialRef) -> Trial:
        """Let a paused trial go on."""
        with self._turns.of(request.trial_id):
            return self._resume(request)

    def _resume(self, request: TrialRef) -> Trial:
        with self.database.write() as session:
            row = trial_row(session, request.trial_id, lock=True)
            if TrialStatus(row.status).ended:
                raise _refuse_state(row, "resumed", "Start a stopped trial again under its id; completed and failed ones are final.")
            if row.status == TrialStatus.PAUSED.value:
                row.status = TrialStatus.PENDING.value
                end_pause(row, self.now())
            trial = shown_trial(row)
        self.on_change(request.trial_id)
        self.conductor.submit(request.trial_id)
        return trial

    def stop(self, request: StopTrial) -> Trial:
        """Stop a trial at once; it never moves again by itself. One that has ended stays as it is."""
        with self._turns.of(request.trial_id):
            return self._stop(request)

    def _stop(self, request: StopTrial) -> Trial:
        with self.database.write() as session:
            row = trial_row(session, request.trial_id, lock=True)
            if not TrialStatus(row.status).ended:
                row.status = TrialStatus.STOPPED.value
                row.termination_reason = TerminationReason.STOPPED.value
                row.stop_reason = request.reason
                row.waiting = None
                row.ended_at = self.now()
                end_pause(row, row.ended_at)
            trial = shown_trial(row)
        _log.info("trial stopped", trial_id=request.trial_id, reason=request.reason, status=trial.status.value)
        self.conductor.interrupt(request.trial_id)
        self.on_change(request.trial_id)
        return trial


def _filtered(query: Select[tuple[TrialRow]], request: ListTrials) -> Select[tuple[TrialRow]]:
    if request.status is not None:
        query = query.where(TrialRow.status == request.status.value)
    if request.objective is not None:
        query = query.where(TrialRow.objective == request.objective)
    if request.name is not None:
        query = query.where(TrialRow.name == request.name)
    if request.label is not None:
        key, _, value = request.label.partition("=")
        labelled = select(LabelRow.trial).where(LabelRow.key == key, LabelRow.value == value)
        query = query.where(TrialRow.number.in_(labelled))
    return query
