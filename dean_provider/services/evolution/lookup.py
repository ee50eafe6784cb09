"""Finding a trial in a session."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dean_provider.contract.trial import TrialStatus
from dean_provider.errors import InvalidStateError, NotFoundError
from dean_provider.services.evolution.tables import GenerationRow, TrialRow

__all__ = ["completed_trial", "find_trial", "generation_of", "trial_row"]


def find_trial(session: Session, trial_id: str, *, lock: bool = False) -> TrialRow | None:
    """The stored trial, if any.

    :param lock: hold its row until the transaction ends.
    """
    query = select(TrialRow).where(TrialRow.trial_id == trial_id)
    return session.scalar(query.with_for_update() if lock else query)


def trial_row(session: Session, trial_id: str, *, lock: bool = False) -> TrialRow:
    """The stored trial.

    :raises NotFoundError: when there is none.
    """
    row = find_trial(session, trial_id, lock=lock)
    if row is None:
        raise NotFoundError(f"There is no trial {trial_id!r}.", details={"trial_id": trial_id})
    return row


def completed_trial(session: Session, trial_id: str) -> TrialRow:
    """A trial that has an outcome.

    :raises NotFoundError: there is no such trial.
    :raises InvalidStateError: it has not completed.
    """
    row = trial_row(session, trial_id)
    if row.status != TrialStatus.COMPLETED.value:
        raise InvalidStateError(
            f"Trial {trial_id!r} is {row.status}; this needs a completed one.",
            details={"trial_id": trial_id, "status": row.status},
            suggestions=["Ask again when the trial has completed."],
        )
    return row


def generation_of(session: Session, trial: TrialRow, generation: int) -> GenerationRow:
    """A committed generation that must exist."""
    row = session.get(GenerationRow, (trial.number, generation))
    if row is None:
        raise NotFoundError(f"Trial {trial.trial_id!r} has no generation {generation}.", details={"trial_id": trial.trial_id})
    return row
