"""What happens to triggerers, and waiting without any, under a live Airflow."""

from __future__ import annotations

import signal

import pytest

from dean_provider.contract.trial import TrialStatus
from tests.system.conftest import NEWEST

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]


def test_what_happens_to_triggerers_does_not_touch_the_trial(live):
    """Held still for longer than Airflow waits, killed, and ended in good order; the trial is held so that it cannot end meanwhile."""
    live.trigger(live.dag_id, "moved", live.tiny("moved", generations=60))
    paused = live.held("moved")["moved"]
    triggerers = {job: name for name, job in live.have_triggerers(3).items()}
    waiting = live.task(live.dag_id, "moved")

    first = waiting.deferred()
    live.freeze(triggerers[first])
    second = waiting.taken_from(first)
    live.thaw(triggerers[first])
    waiting.decides(first, "left alone")

    live.kill(triggerers[second])
    third = waiting.taken_from(second)

    ended = live.stack.component(triggerers[third])
    ended.signal(signal.SIGTERM)
    waiting.taken_from(third)
    assert ended.wait(60)

    (now,) = live.trials("moved")
    assert (now.status, now.resumptions) == (TrialStatus.PAUSED, paused.resumptions)
    assert now.current_generation == paused.current_generation
    live.let_go(paused)
    assert live.end(live.dag_id, "moved") == "success"
    (trial,) = live.trials("moved")
    assert (trial.trial_id, trial.status) == (paused.trial_id, TrialStatus.COMPLETED)
    assert waiting.now()["try_number"] == 1
    assert sum(event["extra"].get("trial_id") == trial.trial_id for event in live.asset_events()) == 1


@NEWEST
def test_without_a_triggerer_the_task_waits_on_the_worker(live):
    """It keeps its slot, ends with its trial, and stops it when it is given up."""
    live.have_triggerers(0)
    names = ("poked", "poked-and-given-up")
    live.trigger("system_waits", "poked", {"one": live.start("poked", generations=60), "other": live.start("poked-and-given-up")})
    trials = live.held(*names)
    poked, given_up = (live.task("system_waits", "poked", task_id) for task_id in ("one", "other"))
    for task, name in ((poked, "poked"), (given_up, "poked-and-given-up")):
        live.wait(lambda task=task, name=name: f"Trial {trials[name].trial_id} is paused" in task.log(), f"{name} to be waited for")
        assert task.now()["state"] == "running"
        assert "No triggerer is alive" in task.log()

    given_up.mark("failed")
    live.stopped("poked-and-given-up")
    assert "This task is failed" in given_up.log()
    live.let_go(trials["poked"])
    poked.becomes("success")
