"""What is done about each way in which record, run and service can disagree, and that nothing is done when they agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import product
from uuid import UUID

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import TrialStatus
from dean_provider.contract.workflow import WorkflowStatus
from dean_provider.plugins.reconciliation import GRACE_SECONDS, Situation, judge, run_is_over
from dean_provider.state.drift import Run
from dean_provider.state.folded import State

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
LONG_AGO = NOW - timedelta(hours=1)
STATE = State(id=UUID(int=1), created_at=LONG_AGO, updated_at=LONG_AGO, status=WorkflowStatus.RUNNING, trial_id="t-1")
ALIVE, FAILED, SUCCEEDED = Run("running"), Run("failed", LONG_AGO), Run("success", LONG_AGO)
STOP, LEAVE = TrialConfig(on_kill="stop"), TrialConfig(on_kill="leave")


def recorded(status="running", to=4, **fields):
    return replace(STATE, status=WorkflowStatus(status), reached=[[0, to]] if to >= 0 else [], generation=to, **fields)


def verdict(state, run, trial, still=True):
    return judge(Situation(state, run, trial, still, NOW))


def kinds(repair):
    return [fact.event_type for fact in repair.facts]


@pytest.mark.parametrize("still", [True, False])
def test_a_trial_that_runs_and_is_recorded_is_left_alone(make_trial, still):
    assert verdict(recorded(), ALIVE, make_trial("running", 4), still) is None


@pytest.mark.parametrize("run", [FAILED, SUCCEEDED, None])
@pytest.mark.parametrize("status", ["pending", "running", "paused"])
def test_a_trial_whose_run_is_over_is_stopped(make_trial, run, status):
    repair = verdict(recorded(), run, make_trial(status, 4, config=STOP))
    assert repair.stop
    assert ("deleted" if run is None else run.state) in repair.found


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_even_when_the_record_says_that_it_has_ended(make_trial, status):
    assert verdict(recorded(status), FAILED, make_trial("running", 9, config=STOP)).stop


@pytest.mark.parametrize("trial_policy", [True, False])
def test_a_trial_that_is_to_be_left_is_left_and_its_history_read(make_trial, trial_policy):
    """By the trial's own configuration, or by what was recorded where the service keeps none."""
    trial = make_trial("running", 9, config=LEAVE if trial_policy else None)
    repair = verdict(recorded(configuration={"on_kill": "leave"}), FAILED, trial)
    assert (repair.stop, repair.history) == (False, True)
    assert "5 to 9" in repair.found


def test_for_a_while_after_the_end_of_its_run_the_trials_own_tasks_see_to_it(make_trial):
    just = Run("failed", NOW - timedelta(seconds=GRACE_SECONDS - 1))
    assert verdict(recorded(), just, make_trial("running", 4, config=STOP)) is None
    assert verdict(recorded(), just, None) is None
    assert verdict(recorded(), just, make_trial("completed", 4), still=False) is None


def test_a_deleted_run_is_over_when_nothing_was_recorded_for_a_while():
    assert not run_is_over(None, NOW - timedelta(seconds=GRACE_SECONDS - 1), NOW)
    assert run_is_over(None, NOW - timedelta(seconds=GRACE_SECONDS), NOW)
    assert not run_is_over(Run("queued"), LONG_AGO, NOW)


@pytest.mark.parametrize(("status", "kind"), [("completed", "trial.completed"), ("failed", "trial.failed"), ("stopped", "trial.cancelled")])
@pytest.mark.parametrize(("run", "still"), [(SUCCEEDED, False), (FAILED, True), (None, False), (ALIVE, True)])
def test_an_end_that_nobody_told_is_told_with_the_rest_of_the_history(make_trial, status, kind, run, still):
    repair = verdict(recorded(), run, make_trial(status, 9), still)
    assert (repair.history, repair.stop, kinds(repair)) == (True, False, [kind])


def test_while_the_run_goes_on_and_tells_something_its_tasks_tell_the_end(make_trial):
    assert verdict(recorded(), ALIVE, make_trial("completed", 9), still=False) is None


@pytest.mark.parametrize(
    ("status", "run", "kind"),
    [
        ("requested", FAILED, "trial.failed"),
        ("preparing", FAILED, "trial.failed"),
        ("requested", None, "trial.cancelled"),
        ("preparing", SUCCEEDED, "trial.cancelled"),
        ("running", FAILED, "trial.failed"),
        ("paused", None, "trial.failed"),
    ],
)
def test_a_run_without_a_trial_comes_to_an_end_on_record(status, run, kind):
    assert kinds(verdict(recorded(status, -1), run, None)) == [kind]


def test_a_trial_that_has_not_begun_yet_has_time():
    assert verdict(recorded("requested", -1), ALIVE, None) is None


def test_missing_generations_are_read_when_nobody_tells_them(make_trial):
    assert verdict(recorded(to=4), ALIVE, make_trial("running", 9), still=False) is None
    assert verdict(recorded(to=4), ALIVE, make_trial("running", 9)).history


def test_a_trial_that_ended_on_record_without_all_its_generations_is_given_them_when_its_run_is_over(make_trial):
    trial = make_trial("completed", 9)
    assert verdict(recorded("completed"), ALIVE, trial) is None
    repair = verdict(recorded("completed"), SUCCEEDED, trial)
    assert (repair.history, repair.facts) == (True, [])


@pytest.mark.parametrize(
    ("says", "is_really", "kind"),
    [("running", "paused", "trial.paused"), ("paused", "running", "trial.resumed")],
)
@pytest.mark.parametrize("timed", [True, False])
def test_a_pause_nobody_saw_and_its_end_are_told(make_trial, says, is_really, kind, timed):
    times = {"paused": {"paused_at": NOW}, "running": {"paused_seconds": 3.5}}[is_really] if timed else {}
    assert kinds(verdict(recorded(says), ALIVE, make_trial(is_really, 4, **times))) == [kind]


def test_nothing_is_done_twice(make_trial):
    """Whatever the situation was, once record and service agree that it has ended there is nothing to do."""
    runs, statuses = [ALIVE, FAILED, SUCCEEDED, None], ["completed", "failed", "cancelled"]
    for run, status, trial_status in product(runs, statuses, ["completed", "failed", "stopped"]):
        assert verdict(recorded(status), run, make_trial(trial_status, 4, config=STOP)) is None
        assert verdict(recorded(status), run, None) is None


def test_every_situation_has_an_answer(make_trial):
    trials = [
        None,
        *(make_trial(status.value, at, config=config) for status in TrialStatus for at in (-1, 4, 9) for config in (STOP, LEAVE)),
    ]
    for status, to, run, trial, still in product(WorkflowStatus, (-1, 4), (ALIVE, FAILED, None), trials, (True, False)):
        repair = verdict(recorded(status.value, to), run, trial, still)
        if repair is not None:
            assert repair.stop or repair.history or repair.facts
            assert repair.found
            assert repair.done
