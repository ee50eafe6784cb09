from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest
from airflow.sdk.serde import deserialize, serialize

from dean_provider.errors import ConnectionFailedError, InvalidStateError, NotFoundError, UnsupportedOperationError
from dean_provider.triggers import trial as module
from dean_provider.triggers.following import Watch
from dean_provider.triggers.task_state import TaskIdentity
from dean_provider.triggers.trial import TrialTrigger, stop_trial

IDENTITY = TaskIdentity("dag", "run", "await_evolution")
WATCH = Watch(trial_id="t-1", begun=1.0, poll_seconds=0.1)


@pytest.fixture
def make_trigger(monkeypatch, evolution_hook, make_trial):
    """A trigger whose trial never ends, and the service it asks."""

    def make(on_kill="stop", state=None, stop=None, managed=True):
        async def never(_self, *_args, **_kwargs):
            await asyncio.Event().wait()

        async def answer(_identity):
            if isinstance(state, Exception):
                raise state
            if state == "hangs":
                await asyncio.Event().wait()
            return state

        hook = evolution_hook({"stop_trial": stop or make_trial("stopped", 3)})
        monkeypatch.setattr(type(hook), "aprogress", never)
        monkeypatch.setattr(module, "read_task_state", answer)
        monkeypatch.setattr(module, "STATE_SECONDS", 0.2)
        monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
        trigger = TrialTrigger(WATCH.as_arguments(), IDENTITY.as_arguments(), "conn", on_kill)
        monkeypatch.setattr(trigger, "hook", lambda: hook)
        if managed:
            trigger.task_instance = SimpleNamespace(task_id="await_evolution")
        return trigger, hook

    return make


async def cancelled(trigger, times=1):
    async def consume():
        async for _ in trigger.run():
            pass

    running = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    for _ in range(times):
        running.cancel()
        await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "removed"])
async def test_a_trial_given_up_is_stopped(make_trigger, state):
    trigger, hook = make_trigger(state=state)
    await cancelled(trigger)
    (request,) = hook.requests("stop_trial")
    assert request.trial_id == "t-1"
    assert state in request.reason


@pytest.mark.parametrize(
    "state",
    [
        None,
        "scheduled",
        "queued",
        "running",
        "restarting",
        "deferred",
        "up_for_retry",
        "up_for_reschedule",
        ConnectionError("gone"),
        "hangs",
    ],
)
async def test_a_trial_somebody_comes_back_to_is_left(make_trigger, state):
    trigger, hook = make_trigger(state=state)
    await cancelled(trigger)
    assert not hook.asked


async def test_policy_leave_leaves(make_trigger):
    trigger, hook = make_trigger(on_kill="leave", state="failed")
    await cancelled(trigger)
    assert not hook.asked


async def test_without_a_task_instance_nothing_is_decided(make_trigger):
    trigger, hook = make_trigger(state="failed", managed=False)
    await cancelled(trigger)
    assert not hook.asked


async def test_a_second_cancellation_does_not_interrupt_the_stop(make_trigger):
    trigger, hook = make_trigger(state="failed")
    await cancelled(trigger, times=2)
    await asyncio.sleep(0.05)
    assert len(hook.requests("stop_trial")) == 1


async def test_a_service_that_cannot_be_told_is_left_to_the_teardown(make_trigger):
    trigger, hook = make_trigger(state="failed", stop=ConnectionFailedError("refused"))
    await cancelled(trigger)
    assert len(hook.requests("stop_trial")) == 1


async def test_fires_exactly_once(monkeypatch, make_trigger):
    trigger, _ = make_trigger()

    async def ended(*_args, **_kwargs):
        return {"outcome": "ended", "trial": {"status": "completed"}, "error": None}

    monkeypatch.setattr(module, "follow_recorded", ended)
    events = [event async for event in trigger.run()]
    assert [event.payload["outcome"] for event in events] == ["ended"]


async def test_cancelled_while_the_connection_is_looked_up_the_look_up_goes_on(make_trigger):
    """Airflow 3.2 does not survive a question to its supervisor whose asker went away."""
    trigger, hook = make_trigger(state="deferred")
    looked_up = asyncio.Event()

    async def slow():
        await asyncio.sleep(0.05)
        looked_up.set()

    hook.adialect = slow
    await cancelled(trigger)
    await asyncio.wait_for(looked_up.wait(), 1)


async def test_a_connection_that_cannot_be_looked_up_shows_when_the_trial_is_followed(monkeypatch, make_trigger):
    trigger, hook = make_trigger()

    async def fails(*_args, **_kwargs):
        raise ConnectionFailedError("refused")

    hook.adialect = fails
    monkeypatch.setattr(type(hook), "aprogress", fails)
    trigger.watch = Watch(trial_id="t-1", begun=1.0, failure_tolerance=0)
    (event,) = [event.payload async for event in trigger.run()]
    assert event["outcome"] == "unreachable"


async def test_the_supervisor_is_asked_nothing_while_a_trial_is_followed(monkeypatch, make_trigger):
    """To answer the first question it puts an API together, and for so long no trigger's event arrives."""
    trigger, _ = make_trigger()

    async def ended(*_args, **_kwargs):
        await asyncio.sleep(0.01)
        return {"outcome": "ended"}

    async def asked(_identity):
        pytest.fail("nobody needs to know")

    monkeypatch.setattr(module, "follow_recorded", ended)
    monkeypatch.setattr(module, "read_task_state", asked)
    assert [event.payload async for event in trigger.run()] == [{"outcome": "ended"}]


def test_arguments_survive_airflow_and_are_json():
    watch = Watch(trial_id="t", begun=5.5, until_generation=3, most_running_seconds=10.0, deadline=99.5)
    trigger = TrialTrigger(watch.as_arguments(), TaskIdentity("d", "r", "t", 4).as_arguments(), "conn", "leave", "id")
    path, arguments = trigger.serialize()
    assert json.loads(json.dumps(arguments)) == arguments
    module_name, _, name = path.rpartition(".")
    assert getattr(__import__(module_name, fromlist=[name]), name) is TrialTrigger
    again = TrialTrigger(**deserialize(serialize(arguments)))
    assert again.serialize() == trigger.serialize()
    assert again.watch == watch


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NotFoundError("x"), "no such trial"),
        (InvalidStateError("It has completed."), "It has completed"),
        (UnsupportedOperationError("x"), "runs on"),
    ],
)
async def test_nothing_left_to_stop_is_no_failure(evolution_hook, answer, words):
    assert words in await stop_trial(evolution_hook({"stop_trial": answer}), "t-1", "why")
