from __future__ import annotations

import asyncio
import json
import logging
import time
from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dean_provider.contract.trial import GenerationPage, Intervention
from dean_provider.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ConnectionsExhaustedError,
    InvalidConfigurationError,
    NotFoundError,
    ServiceUnavailableError,
)
from dean_provider.triggers.following import LOG_LINES, Watch, follow

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def watch(virtual_time):
    def make(**fields):
        return Watch(**{"trial_id": "t-1", "begun": virtual_time.now, "poll_seconds": 2.0, "failure_tolerance": 3, **fields})

    return make


@pytest.fixture
def running_service(virtual_time, evolution_hook, make_trial, make_generation):
    """A trial that commits a generation every ``pace`` seconds of virtual time, with or without holding answers back."""

    def make(last=10, pace=1.0, long_poll=True, **trial_fields):
        begun = virtual_time.now

        def progress(request):
            def reached():
                return min(last, int((virtual_time.now - begun) / pace) - 1)

            if long_poll and reached() < request.start and reached() < last:
                virtual_time.now = min(virtual_time.now + request.wait_seconds, begun + (request.start + 1) * pace)
            done = reached()
            trial = make_trial("completed" if done == last else "running", done, elapsed_seconds=virtual_time.now - begun, **trial_fields)
            numbers = range(request.start, done + 1)[: request.limit]
            return GenerationPage(trial=trial, generations=[make_generation(number) for number in numbers])

        return evolution_hook({"progress": progress})

    return make


def page(trial, *generations):
    return GenerationPage(trial=trial, generations=list(generations))


async def test_follows_to_the_end_and_says_how_it_went(virtual_time, running_service, watch):
    event = await follow(running_service(), watch(), timing=virtual_time.timing())
    assert event["outcome"] == "ended"
    assert event["trial"]["status"] == "completed"
    assert event["trial"]["generation"] == 10
    assert event["error"] is None
    assert json.loads(json.dumps(event)) == event


async def test_asks_only_for_what_it_has_not_seen(virtual_time, running_service, watch):
    hook = running_service()
    await follow(hook, watch(), timing=virtual_time.timing())
    starts = [request.start for request in hook.requests("progress")]
    assert starts == sorted(starts)
    assert starts[-1] <= 10


@pytest.mark.parametrize("long_poll", [True, False])
@pytest.mark.parametrize("pace", [0.01, 1.0, 30.0])
async def test_never_asks_without_pause(virtual_time, running_service, watch, pace, long_poll):
    hook = running_service(last=40, pace=pace, long_poll=long_poll)
    began = virtual_time.now
    await follow(hook, watch(), timing=virtual_time.timing())
    looks = len(hook.requests("progress"))
    assert looks <= (virtual_time.now - began) / 1.0 + 2


async def test_logs_each_generation_of_a_short_trial_once(virtual_time, running_service, watch, caplog):
    with caplog.at_level(logging.INFO, logger="dean_provider.triggers.following"):
        await follow(running_service(last=20), watch(generations=20), timing=virtual_time.timing())
    logged = [record.args[0] for record in caplog.records if record.msg.startswith("Generation")]
    assert logged == list(range(21))


async def test_logs_a_long_trial_in_bounded_volume(virtual_time, running_service, watch, caplog):
    with caplog.at_level(logging.INFO, logger="dean_provider.triggers.following"):
        await follow(running_service(last=5000, pace=0.05), watch(generations=5000), timing=virtual_time.timing())
    assert 50 <= len(caplog.records) <= LOG_LINES + 10


async def test_logs_the_first_interventions_and_then_no_more(virtual_time, evolution_hook, make_trial, make_generation, watch, caplog):
    restored = Intervention(diversity_before=0.01, diversity_after=0.2, agents_mutated=18)
    generations = [make_generation(number, intervention=restored) for number in range(1, 100)]
    hook = evolution_hook({"progress": page(make_trial("completed", 99), *generations)})
    with caplog.at_level(logging.INFO, logger="dean_provider.triggers.following"):
        await follow(hook, watch(generations=50_000), timing=virtual_time.timing())
    assert 1 <= caplog.text.count("18 agents mutated") <= 20


@pytest.mark.parametrize("error", [ConnectionFailedError("refused"), NotFoundError("no such trial"), ServiceUnavailableError("starting")])
async def test_tolerates_failures_in_a_row(virtual_time, evolution_hook, make_trial, watch, error):
    hook = evolution_hook({"progress": [page(make_trial("running", 1)), error, error, error, page(make_trial("completed", 60))]})
    event = await follow(hook, watch(), timing=virtual_time.timing())
    assert event["outcome"] == "ended"


async def test_gives_up_when_failures_go_on(virtual_time, evolution_hook, make_trial, watch):
    hook = evolution_hook({"progress": [page(make_trial("running", 5)), ConnectionFailedError("refused")]})
    event = await follow(hook, watch(), timing=virtual_time.timing())
    assert event["outcome"] == "unreachable"
    assert event["error"]["error_code"] == "connection_failed"
    assert event["trial"]["generation"] == 5
    assert len(hook.requests("progress")) == 1 + 3 + 1


async def test_connections_that_others_hold_are_no_failures(virtual_time, evolution_hook, make_trial, watch):
    none_left = [ConnectionsExhaustedError("all are in use")] * 10
    hook = evolution_hook({"progress": [page(make_trial("running", 5)), *none_left, page(make_trial("completed", 60))]})
    event = await follow(hook, watch(), timing=virtual_time.timing())
    assert (event["outcome"], len(hook.requests("progress"))) == ("ended", 12)
    assert all(pause >= 1 for pause in virtual_time.slept[:-1])


async def test_a_connection_that_cannot_be_used_is_not_waited_for(virtual_time, evolution_hook, watch):
    hook = evolution_hook({"progress": InvalidConfigurationError("There is no connection 'x'.")})
    event = await follow(hook, watch(), timing=virtual_time.timing())
    assert event["outcome"] == "unreachable"
    assert len(hook.requests("progress")) == 1


async def test_credentials_that_change_meanwhile_are_waited_for(virtual_time, evolution_hook, make_trial, watch):
    refused = AuthenticationError("refused")
    hook = evolution_hook({"progress": [page(make_trial("running", 1)), refused, refused, page(make_trial("completed", 2))]})
    assert (await follow(hook, watch(), timing=virtual_time.timing()))["outcome"] == "ended"


async def test_a_success_between_failures_starts_the_count_again(virtual_time, evolution_hook, make_trial, watch):
    bad, good = ConnectionFailedError("refused"), page(make_trial("running", 1))
    hook = evolution_hook({"progress": [bad, bad, bad, good, bad, bad, bad, good, page(make_trial("completed", 2))]})
    assert (await follow(hook, watch(), timing=virtual_time.timing()))["outcome"] == "ended"


async def test_waits_longer_after_each_failure(virtual_time, evolution_hook, watch):
    hook = evolution_hook({"progress": ConnectionFailedError("refused")})
    await follow(hook, watch(failure_tolerance=8), timing=virtual_time.timing())
    assert virtual_time.slept == sorted(virtual_time.slept)
    assert virtual_time.slept[-1] <= 30 * 1.25


async def test_the_deadline_holds_while_the_service_is_away(virtual_time, evolution_hook, watch):
    began = virtual_time.now
    hook = evolution_hook({"progress": ConnectionFailedError("refused")})
    event = await follow(hook, watch(failure_tolerance=10_000, deadline=began + 100), timing=virtual_time.timing())
    assert event["outcome"] == "deadline"
    assert virtual_time.now - began == pytest.approx(100)


async def test_the_deadline_holds_while_an_answer_hangs(evolution_hook):
    class Hanging:
        async def aprogress(self, *_args, **_kwargs):
            await asyncio.Event().wait()

    watch = Watch(trial_id="t", begun=time.time(), deadline=time.time() + 0.05)
    assert (await asyncio.wait_for(follow(Hanging(), watch), 5))["outcome"] == "deadline"


async def test_the_deadline_holds_while_the_trial_runs(virtual_time, running_service, watch):
    began = virtual_time.now
    event = await follow(running_service(last=10_000, pace=7.0), watch(deadline=began + 60), timing=virtual_time.timing())
    assert event["outcome"] == "deadline"
    assert virtual_time.now - began == pytest.approx(60, abs=0.1)


async def test_a_service_that_overruns_max_time_is_noticed(virtual_time, running_service, watch):
    began = virtual_time.now
    event = await follow(running_service(last=10_000), watch(most_running_seconds=50), timing=virtual_time.timing())
    assert event["outcome"] == "overdue"
    assert virtual_time.now - began == pytest.approx(50, abs=4)


async def test_a_service_that_stands_still_is_noticed(virtual_time, evolution_hook, make_trial, watch):
    hook = evolution_hook({"progress": page(make_trial("running", 3, elapsed_seconds=10.0))})
    event = await follow(hook, watch(most_running_seconds=50), timing=virtual_time.timing())
    assert event["outcome"] == "overdue"


async def test_pauses_do_not_count_as_running_time(virtual_time, evolution_hook, make_trial, watch):
    paused = [page(make_trial("paused", 3, elapsed_seconds=10.0))] * 500
    hook = evolution_hook({"progress": [*paused, page(make_trial("completed", 60, elapsed_seconds=20.0))]})
    event = await follow(hook, watch(most_running_seconds=50), timing=virtual_time.timing())
    assert event["outcome"] == "ended"


async def test_a_trial_that_waits_for_its_turn_is_not_overdue(virtual_time, evolution_hook, make_trial, watch):
    """The Evolution API runs a few trials at once; of a sweep the others wait, for as long as that takes."""
    waiting = [page(make_trial("pending", -1))] * 500
    hook = evolution_hook({"progress": [*waiting, page(make_trial("running", 0)), page(make_trial("completed", 60, elapsed_seconds=20.0))]})
    began = virtual_time.now
    event = await follow(hook, watch(most_running_seconds=50), timing=virtual_time.timing())
    assert event["outcome"] == "ended"
    assert virtual_time.now - began > 500


async def test_no_deadline_passes_while_the_trial_is_held(virtual_time, evolution_hook, make_trial, watch):
    running, paused = page(make_trial("running", 3, elapsed_seconds=10.0)), page(make_trial("paused", 3, elapsed_seconds=10.0))
    hook = evolution_hook({"progress": [*[running] * 10, *[paused] * 5000, running]})
    begun = virtual_time.now
    event = await follow(hook, watch(deadline=begun + 100), timing=virtual_time.timing())
    assert event["outcome"] == "deadline"
    assert virtual_time.now - begun == pytest.approx(100 + 5000 * 2, abs=2)


async def test_pauses_that_nobody_watched_count_too(virtual_time, evolution_hook, make_trial, watch):
    hook = evolution_hook({"progress": page(make_trial("running", 3, elapsed_seconds=10.0, paused_seconds=530.0))})
    begun = virtual_time.now
    late = watch(begun=begun - 580, deadline=begun - 480, paused_before=30.0)
    event = await follow(hook, late, timing=virtual_time.timing())
    assert event["outcome"] == "deadline"
    assert virtual_time.now == pytest.approx(begun + 20)


async def test_a_wait_that_comes_late_asks_before_it_gives_up(virtual_time, evolution_hook, make_trial, watch):
    down, paused = ConnectionFailedError("x"), page(make_trial("paused", 3, paused_seconds=0.0, paused_at=NOW))
    virtual_time.now = NOW.timestamp() + 1000
    late = watch(begun=NOW.timestamp() - 10, deadline=NOW.timestamp() + 90, paused_before=0.0)
    over = page(make_trial("completed", 60, paused_seconds=1500.0))
    event = await follow(evolution_hook({"progress": [down, *[paused] * 200, over]}), late, timing=virtual_time.timing())
    assert event["outcome"] == "ended"
    virtual_time.now = NOW.timestamp() + 1000
    event = await follow(evolution_hook({"progress": down}), late, timing=virtual_time.timing())
    assert event["outcome"] == "unreachable"
    event = await follow(
        evolution_hook({"progress": page(make_trial("running", 3, paused_seconds=0.0))}), late, timing=virtual_time.timing()
    )
    assert event["outcome"] == "deadline"


async def test_a_held_trial_is_logged_where_a_person_looks(virtual_time, evolution_hook, make_trial, watch, caplog):
    pages = [page(make_trial(status, 3)) for status in ("running", "paused", "paused", "running", "completed")]
    with caplog.at_level(logging.INFO):
        await follow(evolution_hook({"progress": pages}), watch(), timing=virtual_time.timing())
    lines = [line for line in caplog.messages if line.startswith("Trial")]
    assert [line.partition(" at generation")[0] for line in lines if " is held" not in line] == [
        f"Trial t-1 is {status}" for status in ("running", "paused", "running", "completed")
    ]
    assert "waits on" in lines[1]
    assert "for 4 s" in lines[2]


async def test_a_generation_can_be_awaited(virtual_time, running_service, watch):
    event = await follow(running_service(last=100), watch(until_generation=30), timing=virtual_time.timing())
    assert event["outcome"] == "reached"
    assert 30 <= event["trial"]["generation"] < 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(st.sampled_from(["down", "gone", "slow", "step"]), max_size=40))
def test_whatever_is_tolerated_never_changes_the_end(virtual_time, evolution_hook, make_trial, make_generation, watch, script):
    """No run of failures within the tolerance changes the event or the bound on how often the service is asked."""
    answers, generation, failures = [], 0, 0
    for step in script:
        failing = step in ("down", "gone") and failures < 3
        failures = failures + 1 if failing else 0
        if failing:
            answers.append(ConnectionFailedError("x") if step == "down" else NotFoundError("x"))
        elif step == "step":
            answers.append(page(make_trial("running", generation), make_generation(generation)))
            generation += 1
        else:
            answers.append(page(make_trial("running", generation - 1)))
    end = page(make_trial("completed", 99))
    hook = evolution_hook({"progress": [*answers, end]})
    event = asyncio.run(follow(hook, watch(), timing=virtual_time.timing()))
    assert event["outcome"] == "ended"
    assert event["trial"]["generation"] == 99
    assert len(hook.requests("progress")) == len(answers) + 1
