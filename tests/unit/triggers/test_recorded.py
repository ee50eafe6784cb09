"""What the trigger tells the recorder while it waits, and what it hands on."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from uuid import UUID

import pytest
from airflow.sdk.serde import deserialize, serialize

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import TrialStarted
from dean_provider.contract.trial import GenerationPage
from dean_provider.errors import ConnectionFailedError
from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Recorder
from dean_provider.triggers import trial as module
from dean_provider.triggers.following import Watch
from dean_provider.triggers.recorded import UNRECORDED
from dean_provider.triggers.task_state import TaskIdentity
from dean_provider.triggers.trial import TrialTrigger

IDENTITY = TaskIdentity("dag", "run", "await_evolution")
WATCH = Watch(trial_id="t-1", begun=1.0, poll_seconds=0.01)
REF = RecordRef(workflow_id=UUID(int=1), conn_id="gateway", dag_id="dag", run_id="run")
STARTED = ReportedFact.of(TrialStarted(trial_id="t-1"))


@pytest.fixture
def api(monkeypatch, evolution_hook, make_trial, make_generation):
    """An Evolution API whose trial runs to its end, a few generations with each look."""

    def make(last=9, step=4, status="completed"):
        state = {"at": -1}

        def progress(asked):
            if asked.start > state["at"] or state["at"] < 0:
                state["at"] = min(last, state["at"] + step)
            at = state["at"]
            trial = make_trial(status if at == last else "running", at, config=None, digest="d")
            return GenerationPage(trial=trial, generations=[make_generation(number) for number in range(asked.start, at + 1)])

        hook = evolution_hook({"progress": progress, "stop_trial": make_trial("stopped", 3), "read_trial": make_trial("stopped", 3)})
        monkeypatch.setattr(TrialTrigger, "hook", lambda _: hook)
        monkeypatch.setattr("dean_provider.triggers.following.BUSY_PAUSE", 0.001)
        return hook

    return make


@pytest.fixture
def make_trigger(monkeypatch, record, lines):
    def make(ref=REF, backlog=None, identity=IDENTITY):
        monkeypatch.setattr(
            module, "recorder_for", lambda ref, _task, *, backlog, **_: Recorder(ref, lambda: record, log=lines, backlog=backlog)
        )
        carried = {"ref": ref.model_dump(mode="json"), "backlog": backlog.as_json() if backlog else None} if ref else None
        return TrialTrigger(WATCH.as_arguments(), identity.as_arguments(), "conn", record=carried)

    return make


async def fired(trigger):
    (event,) = [event.payload async for event in trigger.run()]
    return event


async def test_a_trial_is_on_record_when_its_wait_is_over(api, make_trigger, record):
    api()
    event = await fired(make_trigger())
    assert event["outcome"] == "ended"
    assert UNRECORDED not in event
    assert record.generations == list(range(10))
    assert list(record.facts)[-1] == "completed"


async def test_what_came_before_travels_in_the_arguments_and_is_told_first(api, make_trigger, record):
    api()
    backlog = Backlog()
    backlog.keep([STARTED])
    trigger = make_trigger(backlog=backlog)
    path, arguments = trigger.serialize()
    assert json.loads(json.dumps(arguments)) == arguments
    assert deserialize(serialize(arguments)) == arguments
    await fired(TrialTrigger(**arguments))
    assert next(iter(record.facts)) == STARTED.idempotency_key
    assert path.endswith("TrialTrigger")


async def test_arguments_of_a_version_that_recorded_nothing_still_work(api, record):
    api()
    trigger = TrialTrigger(WATCH.as_arguments(), IDENTITY.as_arguments(), "conn", "stop", None)
    assert (await fired(trigger))["outcome"] == "ended"
    assert not record.calls


async def test_a_recorder_that_is_away_does_not_slow_the_wait_and_the_event_says_what_is_left(api, make_trigger, record):
    hook = api()
    record.trouble = ConnectionFailedError("refused")
    backlog = Backlog()
    backlog.keep([STARTED])
    event = await fired(make_trigger(backlog=backlog))
    assert event["outcome"] == "ended"
    left = Backlog.of(event[UNRECORDED]["backlog"])
    assert [fact.event_type for fact in left.facts] == ["trial.started", "trial.completed"]
    assert left.since is not None
    assert len(hook.requests("progress")) < 10


async def test_a_recorder_that_hangs_holds_up_no_look(api, make_trigger, record, monkeypatch):
    async def hang(_facts):
        await asyncio.Event().wait()

    monkeypatch.setattr("dean_provider.recording.recorder.LONGEST_SECONDS", 0.05)
    record.arecord = hang
    api(last=29, step=1)
    event = await asyncio.wait_for(fired(make_trigger()), 20)
    assert (event["outcome"], event["trial"]["generation"]) == ("ended", 29)


async def test_two_triggerers_that_follow_the_same_trial_double_nothing(api, make_trigger, record):
    api(last=40, step=3)
    await asyncio.gather(fired(make_trigger()), fired(make_trigger()))
    assert record.generations == list(range(41))
    assert len(record.of("trial.completed")) == 1


async def test_a_wait_for_one_generation_records_nothing_more_than_it_is_told_to(api, make_trigger, record):
    api()
    await fired(make_trigger(ref=None))
    assert not record.calls


@pytest.fixture
def given_up(api, make_trigger, monkeypatch):
    """A trigger whose task somebody marked failed while it waited."""

    async def act():
        hook = api(last=10_000, step=1)

        async def failed(_identity):
            return "failed"

        monkeypatch.setattr(module, "read_task_state", failed)
        trigger = make_trigger()
        trigger.task_instance = SimpleNamespace(task_id="await_evolution")
        running = asyncio.create_task(fired(trigger))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return hook

    return act


async def test_a_trial_given_up_is_cancelled_on_record_with_the_reason(given_up, record):
    hook = await given_up()
    assert len(hook.requests("stop_trial")) == 1
    (cancelled,) = record.of("trial.cancelled")
    assert (cancelled["reason"], cancelled["generation"]) == ("await_evolution is failed", 3)


async def test_a_recorder_that_is_away_keeps_nobody_from_stopping(given_up, record):
    record.trouble = ConnectionFailedError("refused")
    hook = await given_up()
    assert len(hook.requests("stop_trial")) == 1
