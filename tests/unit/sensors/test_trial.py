from __future__ import annotations

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferred,
)

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import ForkOrigin, GenerationPage
from dean_provider.errors import ConnectionFailedError, NotFoundError
from dean_provider.handle import TrialHandle, TrialPlan
from dean_provider.sensors import deferral
from dean_provider.sensors import trial as module
from dean_provider.sensors.trial import GenerationSensor, TrialSensor

PLAN = TrialPlan(trial_id="t-1", population_id="p-1", poll_seconds=0.1, failure_tolerance=2, config=TrialConfig(max_time_seconds=100))
HANDLE = TrialHandle.started(PLAN, trial_id="t-1", population_id="p-1", config=PLAN.config).to_xcom()


@pytest.fixture
def make_sensor(monkeypatch, evolution_hook):
    def make(answers, cls=TrialSensor, alive=True, **kwargs):
        monkeypatch.setattr(deferral, "triggerer_alive", lambda: alive)
        hook = evolution_hook(answers)
        sensor = cls(**{"task_id": "await_evolution", "trial": HANDLE, "deferrable": True, "retries": 3, **kwargs})
        monkeypatch.setattr(sensor, "_hook", lambda *_args, **_kwargs: hook)
        return sensor, hook

    return make


def ended(outcome, **trial):
    return {"outcome": outcome, "trial": {"trial_id": "t-1", **trial}, "error": None}


def test_a_trial_that_is_done_needs_no_waiting(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("completed", 60, digest="d")})
    result = sensor.execute(make_context())
    assert result["status"] == "completed"
    assert result["digest"] == "d"


def test_defers_with_its_identity_and_deadlines(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("running", 3, paused_seconds=12.5)}, execution_timeout=timedelta(seconds=50))
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute(make_context(map_index=2))
    trigger = deferred.value.trigger
    assert trigger.identity.as_arguments() == {
        "dag_id": "dag",
        "run_id": "manual__2026-01-01T00:00:00+00:00",
        "task_id": "await_evolution",
        "map_index": 2,
    }
    assert trigger.watch.most_running_seconds == 100 + module.GRACE_SECONDS
    assert trigger.watch.deadline - trigger.watch.begun == 50
    assert trigger.watch.paused_before == 12.5
    assert trigger.watch.failure_tolerance == 2
    assert trigger.policy.value == "stop"


@pytest.mark.parametrize("how", [{"deferrable": False}, {"alive": False}])
def test_without_a_triggerer_it_waits_on_the_worker(make_sensor, make_trial, make_context, how):
    done = GenerationPage(trial=make_trial("completed", 60), generations=[])
    sensor, hook = make_sensor({"read_trial": make_trial("running", 3), "progress": done}, **how)
    assert sensor.execute(make_context())["status"] == "completed"
    assert hook.requests("progress")


def test_an_unknown_health_does_not_keep_it_from_deferring(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("running", 3)}, alive=None)
    with pytest.raises(TaskDeferred):
        sensor.execute(make_context())


def test_a_service_that_is_away_is_waited_for(make_sensor, make_context):
    sensor, _ = make_sensor({"read_trial": ConnectionFailedError("refused")})
    with pytest.raises(TaskDeferred):
        sensor.execute(make_context())


def test_a_trial_just_started_that_cannot_be_found_is_waited_for(make_sensor, make_context):
    sensor, _ = make_sensor({"read_trial": NotFoundError("no such trial")})
    with pytest.raises(TaskDeferred):
        sensor.execute(make_context())


def test_a_wrong_id_fails_at_once(make_sensor, make_context):
    sensor, _ = make_sensor({"read_trial": NotFoundError("no such trial")}, trial="mistyped")
    with pytest.raises(AirflowFailException, match="no such trial"):
        sensor.execute(make_context())


def test_a_trial_known_by_id_alone_is_never_stopped(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("running", 3)}, trial="t-1")
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute(make_context())
    assert deferred.value.trigger.policy.value == "leave"


@pytest.mark.parametrize(
    ("event", "error", "words"),
    [
        (ended("ended", status="failed", error="the evaluation died"), AirflowFailException, "the evaluation died"),
        (ended("ended", status="stopped", generation=7), AirflowFailException, "stopped at generation 7"),
        (ended("overdue"), AirflowFailException, "max_time_seconds"),
        (ended("deadline"), AirflowSensorTimeout, "within the task's time"),
    ],
)
def test_an_end_without_outcome_fails_without_another_try(make_sensor, make_trial, make_context, event, error, words):
    sensor, _ = make_sensor({"stop_trial": make_trial("stopped", 9)})
    with pytest.raises(error, match=words):
        sensor.resume(make_context(), event)


@pytest.mark.parametrize("outcome", ["overdue", "deadline"])
def test_a_trial_that_takes_too_long_is_stopped(make_sensor, make_trial, make_context, outcome):
    sensor, hook = make_sensor({"stop_trial": make_trial("stopped", 9)})
    with pytest.raises(AirflowException, match="stopped at generation 9"):
        sensor.resume(make_context(), ended(outcome))
    assert len(hook.requests("stop_trial")) == 1


def test_or_left_by_policy(make_sensor, make_context):
    sensor, hook = make_sensor({}, kill_policy="leave")
    with pytest.raises(AirflowException, match="left running"):
        sensor.resume(make_context(), ended("deadline"))
    assert not hook.asked


def test_execution_timeout_on_the_worker_stops_the_trial_too(make_sensor, make_trial, make_context):
    def time_is_up(_request):
        raise AirflowTaskTimeout("too long")

    sensor, hook = make_sensor(
        {"read_trial": make_trial("running", 3), "progress": time_is_up, "stop_trial": make_trial("stopped", 3)}, deferrable=False
    )
    with pytest.raises(AirflowSensorTimeout, match="stopped at generation 3"):
        sensor.execute(make_context())
    assert len(hook.requests("stop_trial")) == 1


def test_a_service_that_stayed_away_fails_the_try_only(make_sensor, make_context):
    from dean_provider.contract.problem import to_problem

    sensor, hook = make_sensor({})
    problem = to_problem(ConnectionFailedError("refused")).model_dump(mode="json")
    with pytest.raises(AirflowException, match="refused") as failure:
        sensor.resume(make_context(), {"outcome": "unreachable", "trial": None, "error": problem})
    assert not isinstance(failure.value, AirflowFailException)
    assert not hook.asked


def test_a_stopped_trial_resumes_when_its_task_was_cleared(make_sensor, make_trial, make_context):
    sensor, hook = make_sensor({"read_trial": make_trial("stopped", 7), "start_trial": make_trial("running", 7)})
    with pytest.raises(TaskDeferred):
        sensor.execute(make_context(try_number=2, max_tries=4))
    (request,) = hook.requests("start_trial")
    assert (request.trial_id, request.population_id, request.config.seed) == ("t-1", "p-1", 1)


def test_a_stopped_fork_resumes_as_the_fork_it_is(make_sensor, make_trial, make_context):
    """Its service refuses the same trial asked for without its origin."""
    origin = ForkOrigin(trial_id="t-0", generation=3)
    stopped, running = (make_trial(status, 7, parent=origin) for status in ("stopped", "running"))
    sensor, hook = make_sensor({"read_trial": stopped, "start_trial": running})
    with pytest.raises(TaskDeferred):
        sensor.execute(make_context(try_number=2, max_tries=4))
    assert hook.requests("start_trial")[0].fork == origin


@pytest.mark.parametrize("tries", [{"try_number": 1, "max_tries": 3}, {"try_number": 2, "max_tries": 3}, {"try_number": 4, "max_tries": 5}])
def test_a_stopped_trial_never_resumes_by_a_mere_retry(make_sensor, make_trial, make_context, tries):
    sensor, hook = make_sensor({"read_trial": make_trial("stopped", 7)})
    with pytest.raises(AirflowFailException, match="was stopped"):
        sensor.execute(make_context(**tries))
    assert not hook.requests("start_trial")


@pytest.mark.parametrize("option", ["soft_fail", "never_fail"])
def test_soft_options_hold_deferred_or_not(make_sensor, make_trial, make_context, option):
    sensor, _ = make_sensor({"read_trial": make_trial("failed", 7, error="x")}, **{option: True})
    with pytest.raises(AirflowSkipException):
        sensor.execute(make_context())
    with pytest.raises(AirflowSkipException):
        sensor.resume_execution("resume", {"event": ended("ended", status="failed")}, make_context())


@pytest.mark.parametrize(("state", "stops"), [("failed", 1), ("success", 1), ("skipped", 1), ("running", 0), ("restarting", 0), (None, 0)])
def test_killed_on_the_worker_it_acts_by_the_tasks_state(make_sensor, make_trial, make_context, state, stops):
    context = make_context(get_task_states=lambda **_: {"manual__2026-01-01T00:00:00+00:00": {"await_evolution": state}})

    def killed_while_waiting(_request):
        sensor.on_kill()
        return GenerationPage(trial=make_trial("completed", 60), generations=[])

    sensor, hook = make_sensor(
        {"read_trial": make_trial("running", 3), "progress": killed_while_waiting, "stop_trial": make_trial("stopped", 3)}, deferrable=False
    )
    sensor.execute(context)
    assert len(hook.requests("stop_trial")) == stops


def test_killed_while_airflow_does_not_answer_it_leaves_the_trial(monkeypatch, make_sensor, make_trial, make_context):
    def no_answer(**_):
        raise RuntimeError("the supervisor has gone")

    def killed_while_waiting(_request):
        sensor.on_kill()
        return GenerationPage(trial=make_trial("completed", 60), generations=[])

    sensor, hook = make_sensor({"read_trial": make_trial("running", 3), "progress": killed_while_waiting}, deferrable=False)
    sensor.execute(make_context(get_task_states=no_answer))
    assert not hook.requests("stop_trial")


def test_killed_when_not_waiting_does_nothing(make_sensor):
    sensor, hook = make_sensor({})
    sensor.on_kill()
    assert not hook.asked


def test_a_generation_reached_satisfies(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("running", 12)}, cls=GenerationSensor, generation="10")
    assert sensor.execute(make_context())["generation"] == 12


def test_a_generation_not_reached_is_waited_for_and_never_stops_the_trial(make_sensor, make_trial, make_context):
    sensor, _ = make_sensor({"read_trial": make_trial("running", 3)}, cls=GenerationSensor, generation=10)
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute(make_context())
    assert deferred.value.trigger.watch.until_generation == 10
    assert deferred.value.trigger.policy.value == "leave"


@pytest.mark.parametrize("wrong", [None, 7, {}, {"trial_id": ""}, [1]])
def test_what_is_no_trial_fails_at_once(make_sensor, make_context, wrong):
    sensor, _ = make_sensor({}, trial=wrong)
    with pytest.raises(AirflowFailException, match="neither a trial's id"):
        sensor.execute(make_context())


@pytest.mark.parametrize("option", [{"mode": "reschedule"}, {"poke_interval": 5}, {"silent_fail": True}])
def test_options_without_effect_are_refused(option):
    with pytest.raises(ValueError, match="no effect"):
        TrialSensor(task_id="t", trial="t-1", **option)


def test_options_for_all_sensors_of_a_dag_do_no_harm():
    TrialSensor(task_id="t", trial="t-1", default_args={"poke_interval": 5, "mode": "reschedule"})


def test_a_trial_may_take_as_long_as_its_own_limit_says():
    assert TrialSensor(task_id="t", trial="t-1").timeout > 31_536_000
