"""What to do where the record, the DAG run and the service say different things about a trial. Decisions only: nothing is asked or done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dean_provider.contract.config import OnKill
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import TrialCancelled, TrialFailed, TrialResumed
from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.contract.workflow import WorkflowStatus
from dean_provider.recording.facts import ending, standing
from dean_provider.state.drift import Run
from dean_provider.state.folded import State

__all__ = ["GRACE_SECONDS", "Repair", "Situation", "judge", "run_is_over"]

GRACE_SECONDS = 20.0
"""How long after a run's end its trigger and its teardown may still be stopping and telling."""

FINAL = ("success", "failed")


@dataclass(frozen=True)
class Situation:
    """One trial as three parties see it.

    :param run: ``None`` when Airflow has no such run.
    :param trial: ``None`` when the service has no such trial.
    :param still: nothing has been recorded since the last comparison.
    """

    state: State
    run: Run | None
    trial: Trial | None
    still: bool
    now: datetime

    @property
    def over(self) -> bool:
        """Whether the run is over, so that no task of it acts or tells any more."""
        return run_is_over(self.run, self.state.updated_at, self.now)

    @property
    def behind(self) -> bool:
        """Whether generations are missing in the record."""
        return self.trial is not None and self.state.complete_to < self.trial.current_generation


@dataclass(frozen=True)
class Repair:
    """What to do about it.

    :param found: what is apart, for the record.
    :param stop: tell the service to stop the trial.
    :param history: read the generations that are missing from the service.
    """

    found: str
    done: str
    stop: bool = False
    history: bool = False
    facts: list[ReportedFact] = field(default_factory=list)


def run_is_over(run: Run | None, updated_at: datetime, now: datetime) -> bool:
    """Whether a run is over for longer than it takes its last tasks to say so.

    :param updated_at: when something was recorded last: a run that was deleted leaves no other trace.
    """
    if run is not None and run.state not in FINAL:
        return False
    ended_at = (run.ended_at if run else None) or updated_at
    return (now - ended_at).total_seconds() >= GRACE_SECONDS


def judge(situation: Situation) -> Repair | None:
    """The one thing to do first; nothing when all agree, or when the trial's own tasks will see to it."""
    trial, state = situation.trial, situation.state
    if trial is None:
        return _without_trial(situation)
    if not trial.status.ended:
        return _under_way(situation, trial)
    if state.status.ended:
        return _missing(state, trial) if situation.behind and situation.over else None
    if not (situation.over or situation.still):
        return None
    told = f"the service's trial is {trial.status.value}"
    return Repair(f"{told}, and the record says {state.status.value}", "told how it ended", history=True, facts=ending(trial, "reconciled"))


def _how(run: Run | None) -> str:
    return f"its run is over ({run.state})" if run else "its run was deleted"


def _without_trial(situation: Situation) -> Repair | None:
    state = situation.state
    if state.status.ended or not situation.over:
        return None
    how = _how(situation.run)
    if state.status in (WorkflowStatus.RUNNING, WorkflowStatus.PAUSED):
        fact = ReportedFact.of(TrialFailed(error="The service has no such trial any more.", generation=state.generation))
        return Repair(f"the service has no such trial, and {how}", "told that it is lost", facts=[fact])
    if situation.run is not None and situation.run.state == "failed":
        failed = TrialFailed(error="The run failed before a trial was started.")
        return Repair(f"no trial was started, and {how}", "told that it failed", facts=[ReportedFact.of(failed)])
    cancelled = TrialCancelled(reason=f"No trial was started, and {how}.", resumptions=state.resumptions)
    return Repair(f"no trial was started, and {how}", "told that it is cancelled", facts=[ReportedFact.of(cancelled)])


def _under_way(situation: Situation, trial: Trial) -> Repair | None:
    state, how = situation.state, _how(situation.run)
    policy = trial.config.on_kill if trial.config else OnKill(str(state.configuration.get("on_kill", OnKill.STOP.value)))
    if situation.over and policy is OnKill.STOP:
        return Repair(f"the trial is {trial.status.value}, and {how}", "told the service to stop it", stop=True, history=True)
    if state.status.ended:
        return None
    if situation.behind and (situation.still or situation.over):
        return _missing(state, trial)
    return _standing(situation, trial) if situation.still else None


def _missing(state: State, trial: Trial) -> Repair:
    found = f"generations {state.complete_to + 1} to {trial.current_generation} are missing"
    return Repair(found, "read them from the service", history=True)


def _standing(situation: Situation, trial: Trial) -> Repair | None:
    """A pause, or its end, that nobody saw."""
    recorded, really = situation.state.status, trial.status
    held = recorded is WorkflowStatus.PAUSED
    if held == (really is TrialStatus.PAUSED) or recorded not in (WorkflowStatus.RUNNING, WorkflowStatus.PAUSED):
        return None
    facts = standing(trial, situation.now) or [ReportedFact.of(TrialResumed(generation=trial.current_generation))]
    return Repair(f"the trial is {really.value}, and the record says {recorded.value}", "told how it stands", facts=facts)
