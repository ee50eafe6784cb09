"""What becomes of a trial whose waiting task is marked, cleared, limited or deleted, under a live Airflow; the first two on the oldest too.

Everything begins at once, and the trials are held meanwhile: what runs does so because something resumed it.
"""

from __future__ import annotations

import pytest

from dean_provider.contract.trial import Trial, TrialStatus
from tests.system.conftest import NEWEST

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]

EVERYWHERE = ("given-up", "cleared")
MAPPED = ("mapped-through", "mapped-left")
ON_THE_NEWEST = (*MAPPED, "failed", "skipped", "deleted")


@pytest.fixture(scope="module")
def begun(live) -> dict[str, Trial]:
    """The trials by name, each waited for or about to be; held, but for the one that is to run out of time."""
    live.have_triggerers(1)
    if live.newest:
        live.trigger("system_limited", "limited", {"one": live.start("limited")})
        live.trigger("system_waits", "marked", {"one": live.start("failed"), "other": live.start("skipped")})
        live.trigger("system_deleted", "deleted", {"one": live.start("deleted")})
        live.trigger("system_mapped", "mapped")
    for name in EVERYWHERE:
        live.trigger(live.dag_id, name, live.endless(name))
    return live.held(*EVERYWHERE, *(ON_THE_NEWEST if live.newest else ()))


def test_marked_failed_task_or_run_stops_the_trial_and_a_clear_resumes_it(live, begun):
    waiting = live.task(live.dag_id, "given-up")
    waiting.deferred()
    waiting.mark("failed")
    trial = live.stopped("given-up")
    assert live.end(live.dag_id, "given-up") == "failed"
    states = live.states(live.dag_id, "given-up")
    assert (states["publish_report"], states["compensate"]) == ("failed", "failed")

    live.change("POST", f"/dags/{live.dag_id}/dagRuns/given-up/clear", {"dry_run": False, "only_failed": False})
    again = live.running("given-up", generation=trial.current_generation + 1)
    assert again.trial_id == trial.trial_id
    live.held("given-up")
    waiting.deferred(try_number=2)
    live.change("PATCH", f"/dags/{live.dag_id}/dagRuns/given-up", {"state": "failed"})
    live.stopped("given-up")
    live.task(live.dag_id, "given-up", "compensate").becomes("failed")
    assert live.states(live.dag_id, "given-up")["publish_report"] == "skipped"
    assert live.end(live.dag_id, "given-up") == "failed", "skipped tasks must not make a success of it"


def test_cleared_the_trial_is_left_alone_and_marked_success_it_is_stopped_and_published(live, begun):
    waiting = live.task(live.dag_id, "cleared")
    job = waiting.deferred()
    clear = {"dry_run": False, "dag_run_id": "cleared", "task_ids": ["await_evolution"], "include_downstream": True, "only_failed": False}
    live.change("POST", f"/dags/{live.dag_id}/clearTaskInstances", clear)
    waiting.deferred(try_number=2)
    waiting.decides(job, "left alone")
    (now,) = live.trials("cleared")
    assert (now.trial_id, now.status, now.resumptions) == (begun["cleared"].trial_id, TrialStatus.PAUSED, 0)

    waiting.mark("success")
    live.stopped("cleared")
    assert live.end(live.dag_id, "cleared") == "success"
    assert live.outcome(live.dag_id, "cleared")["status"] == "stopped"


@NEWEST
def test_mapped_trials_do_not_disturb_each_other_and_one_is_left_running_as_it_asked(live, begun):
    through, left = (live.task("system_mapped", "mapped", "mapped.trial.await_evolution", index) for index in range(2))
    assert begun["mapped-through"].trial_id != begun["mapped-left"].trial_id
    through.deferred()
    job = left.deferred()
    left.mark("failed")
    left.decides(job, "by its policy the trial is left running")
    assert through.now()["state"] == "deferred"
    assert live.trials("mapped-through")[0].status is TrialStatus.PAUSED

    live.let_go(begun["mapped-through"])
    assert live.end("system_mapped", "mapped") == "failed"
    states = live.states("system_mapped", "mapped")
    for step, index, state in (
        ("publish_report", 0, "success"),
        ("compensate", 0, "success"),
        ("publish_report", 1, "failed"),
        ("compensate", 1, "failed"),
    ):
        assert states[f"mapped.trial.{step}[{index}]"] == state, (step, index)
    assert [live.trials(name)[0].status for name in MAPPED] == [TrialStatus.COMPLETED, TrialStatus.PAUSED]


@NEWEST
def test_the_trigger_stops_what_nobody_else_would(live, begun):
    """Sensors alone, in a DAG without a teardown: marked failed, marked skipped, deleted."""
    for task_id, state in (("one", "failed"), ("other", "skipped")):
        waiting = live.task("system_waits", "marked", task_id)
        job = waiting.deferred()
        waiting.mark(state)
        live.stopped(state)
        waiting.decides(job, f"is {state}; the trial was told to stop: it is stopped")

    live.task("system_deleted", "deleted", "one").deferred()
    live.let_alone("system_deleted")
    live.change("DELETE", "/dags/system_deleted")
    live.stopped("deleted")


@NEWEST
def test_the_time_of_a_task_is_kept_while_it_is_deferred(live, begun):
    limited = live.task("system_limited", "limited", "one")
    assert limited.becomes("failed")["try_number"] == 1, "another try would only wait again"
    live.stopped("limited")
    assert "did not end within the task's time; it is stopped" in limited.log()
