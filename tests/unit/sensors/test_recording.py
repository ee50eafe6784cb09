"""What the sensors tell the recorder, with and without a triggerer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.service import Health
from dean_provider.contract.trial import GenerationPage
from dean_provider.errors import ConnectionFailedError
from dean_provider.handle import RecordRef, TrialHandle, TrialPlan
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.carried import KEY, read_carried
from dean_provider.recording.recorder import Recorder
from dean_provider.sensors import GenerationSensor, ServiceHealthSensor, TrialSensor, deferral
from dean_provider.sensors import recording as module
from dean_provider.triggers import service_health
from dean_provider.triggers.recorded import UNRECORDED

RUN_ID = "manual__2026-01-01T00:00:00+00:00"
REF = RecordRef(workflow_id=UUID(int=7), conn_id="gateway", dag_id="dag", run_id=RUN_ID)
CONFIG = TrialConfig(seed=1)
PLAN = TrialPlan(trial_id="t-1", population_id="p-1", config=CONFIG, record=REF, poll_seconds=0.01)
HANDLE = TrialHandle.started(PLAN, trial_id="t-1", population_id="p-1", config=CONFIG)
AWAY = ConnectionFailedError("refused")


@pytest.fixture(autouse=True)
def _recorded(monkeypatch, record, lines):
    def recorder_for(ref, task, **_):
        own = ref is not None and (ref.dag_id, ref.run_id) == (task["dag_id"], task["run_id"])
        return Recorder(ref if own else None, lambda: record, log=lines)

    monkeypatch.setattr(module, "recorder_for", recorder_for)
    monkeypatch.setattr(deferral, "triggerer_alive", lambda: True)


@pytest.fixture
def api(monkeypatch, evolution_hook, make_trial, make_generation):
    def install(status="completed", last=5, **answers):
        trial = make_trial(status, last, digest="d")
        history = {
            "read_trial": trial,
            "progress": lambda asked: GenerationPage(
                trial=trial, generations=[make_generation(number) for number in range(asked.start, last + 1)]
            ),
        }
        hook = evolution_hook({**history, **answers})
        monkeypatch.setattr(TrialSensor, "_hook", lambda *_: hook)
        return hook

    return install


def wait(context, deferrable=True, cls=TrialSensor, **kwargs):
    return cls(task_id="await", trial=HANDLE.to_xcom(), deferrable=deferrable, **kwargs).execute(context)


def test_a_trial_that_had_ended_is_on_record(api, make_context, record):
    api()
    wait(make_context())
    assert record.generations == list(range(6))
    assert list(record.facts)[-1] == "completed"


def test_on_a_worker_it_is_followed_and_recorded_too(api, make_context, make_trial, record):
    api(read_trial=make_trial("running", 0))
    assert wait(make_context(), deferrable=False)["status"] == "completed"
    assert record.generations == list(range(6))
    assert len(record.of("trial.completed")) == 1


def test_the_trigger_is_told_where_to_record(api, make_context):
    api("running", 2)
    with pytest.raises(TaskDeferred) as deferred:
        wait(make_context())
    assert deferred.value.trigger.serialize()[1]["record"] == {"ref": REF.model_dump(mode="json"), "backlog": None}


def test_what_could_not_be_told_goes_with_the_trigger(api, make_context, make_trial, record):
    """Here, that a cleared task resumed its trial."""
    record.trouble = AWAY
    api("stopped", 2, start_trial=make_trial("running", 2, resumptions=1))
    context = make_context(try_number=2, max_tries=4)
    with pytest.raises(TaskDeferred) as deferred:
        wait(context, retries=3, retry_delay=timedelta(0))
    carried = Backlog.of(deferred.value.trigger.serialize()[1]["record"]["backlog"])
    assert [(fact.event_type, fact.details["resumptions"]) for fact in carried.facts] == [("trial.started", 1)]


def test_afterwards_what_is_left_is_told_and_the_history_completed(api, make_context, record):
    api()
    record.trouble = AWAY
    context = make_context()
    left = Backlog()
    sensor = TrialSensor(task_id="await", trial=HANDLE.to_xcom())
    event = {"outcome": "ended", "trial": {"status": "completed"}, "error": None, UNRECORDED: {"backlog": left.as_json()}}
    sensor.resume(context, event)
    _, carried = read_carried(context["ti"].pushed[KEY])
    assert [fact.event_type for fact in carried.facts] == ["trial.completed"]
    record.trouble = None
    sensor.resume(make_context(), {**event, UNRECORDED: {"backlog": carried.as_json()}})
    assert record.generations == list(range(6))
    assert (len(record.of("trial.completed")), len(record.of("recorder.missed"))) == (1, 1)


def test_with_a_complete_record_nothing_more_is_done(api, make_context, record):
    hook = api()
    TrialSensor(task_id="await", trial=HANDLE.to_xcom()).resume(
        make_context(), {"outcome": "ended", "trial": {"status": "completed"}, "error": None}
    )
    assert (hook.asked, record.calls) == ([], [])


def test_a_trial_that_did_not_succeed_is_on_record_before_the_task_fails(api, make_context, record):
    api("failed", 3)
    with pytest.raises(AirflowFailException):
        wait(make_context())
    assert len(record.of("trial.failed")) == 1


@pytest.mark.parametrize(("cls", "context"), [(GenerationSensor, {}), (TrialSensor, {"dag_id": "other"}), (TrialSensor, {"run_id": "r"})])
def test_who_waits_for_less_or_in_another_run_records_nothing(api, make_context, record, cls, context):
    api()
    wait(make_context(**context), cls=cls, **({"generation": 2} if cls is GenerationSensor else {}))
    assert not record.calls


HEALTHY = {"ready": True, "hopeless": False, "text": "healthy", "health": {"status": "healthy", "version": "1", "dialect": "reference"}}
SICK = {"ready": False, "hopeless": False, "text": "no connection"}


@pytest.fixture
def check(monkeypatch, make_context):
    def act(found, **context):
        async def look(*_args, **_kwargs):
            return found

        monkeypatch.setattr(service_health, "await_health", look)
        monkeypatch.setattr(service_health, "health_hooks", lambda *_: {})
        sensor = ServiceHealthSensor(task_id="check", plan=PLAN.to_xcom(), deferrable=False, timeout=0)
        return sensor.execute(make_context("check_services", **context))

    return act


def test_checked_services_are_on_record(check, record):
    check({"indexagent": HEALTHY, "evolution": HEALTHY})
    (checked,) = record.of("services.checked")
    assert checked["services"]["evolution"] == {"status": "healthy", "version": "1", "dialect": "reference"}


@pytest.mark.parametrize(("try_number", "told"), [(1, 0), (4, 1)])
def test_services_that_stay_sick_fail_the_trial_with_the_last_try(check, record, try_number, told):
    with pytest.raises(AirflowException):
        check({"indexagent": HEALTHY, "evolution": SICK}, try_number=try_number)
    assert len(record.of("trial.failed")) == told


async def test_a_look_says_what_the_service_said(evolution_hook):
    health = Health(status="degraded", version="2", dialect="reference")
    look = await service_health.look("evolution", evolution_hook({"health": health}))
    assert look["health"] == {"status": "degraded", "version": "2", "dialect": "reference"}
