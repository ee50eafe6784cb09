"""A trial recorded while somebody follows it: everything, once, whatever happens in between."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dean_provider.contract.trial import GenerationPage
from dean_provider.errors import ConnectionFailedError
from dean_provider.handle import RecordRef
from dean_provider.recording import followed as module
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.followed import FollowedTrial, record_end
from dean_provider.recording.recorder import Recorder

REF = RecordRef(workflow_id=UUID(int=1), conn_id="dean_gateway_default", dag_id="dag", run_id="run")


class Service:
    """A trial with a history. ``at`` is its last committed generation."""

    def __init__(self, make_trial, make_generation, at=-1, **fields) -> None:
        self.make_trial, self.make_generation, self.fields = make_trial, make_generation, fields
        self.at, self.status = at, "running"
        self.reads: list[int] = []
        self.trouble: Exception | None = None

    @property
    def trial(self):
        return self.make_trial(self.status, self.at, **self.fields)

    async def aprogress(self, trial_id, start=0, *, wait_seconds=0, limit=100):
        if self.trouble:
            raise self.trouble
        self.reads.append(start)
        return self.page(start, limit)

    def page(self, start=0, limit=100):
        numbers = range(start, min(self.at, start + limit - 1) + 1)
        return GenerationPage(trial=self.trial, generations=[self.make_generation(number) for number in numbers])


@pytest.fixture
def service(make_trial, make_generation):
    return lambda at=-1, **fields: Service(make_trial, make_generation, at, **fields)


async def settled(predicate):
    for _ in range(2000):
        if predicate():
            return
        await asyncio.sleep(0)
        await asyncio.sleep(0.0005)
    raise AssertionError("it never came to that")


async def test_generations_are_told_beside_whoever_follows(record, make_recorder, service):
    api = service(4)
    followed = FollowedTrial(make_recorder(), api, "t-1")
    followed.observe(api.page())
    await settled(lambda: record.generations == [0, 1, 2, 3, 4])
    calls = len(record.calls)
    api.at = 6
    followed.observe(api.page(5))
    await settled(lambda: record.generations == list(range(7)))
    assert len(record.calls) == calls + 1
    assert api.reads == [], "what was seen need not be read again"
    assert await followed.finish(5)
    assert len(record.calls) == calls + 1, "nothing is told twice"


async def test_a_new_follower_goes_on_where_the_record_ends(record, make_recorder, service):
    api = service(99)
    await record_end(make_recorder(), api, api.trial, seconds=5)
    record.calls.clear()
    api.at = 1500
    followed = FollowedTrial(make_recorder(), api, "t-1")
    followed.observe(api.page())
    await settled(lambda: record.generations == list(range(1501)))
    await followed.finish(5)
    told = [fact.idempotency_key for call in record.calls for fact in call.facts]
    assert told.count("generation:0") == 1
    assert "generation:50" not in told


async def test_the_end_is_told_after_the_last_generation(record, make_recorder, service):
    api = service(900, digest="d")
    api.status = "completed"
    followed = FollowedTrial(make_recorder(), api, "t-1")
    followed.observe(api.page())
    assert await followed.finish(5)
    kinds = [kind for kind, _, _ in record.facts.values()]
    assert kinds == ["generation.completed"] * 901 + ["trial.completed"]


async def test_pauses_are_told_as_they_are_seen(record, make_recorder, service):
    api = service(2)
    followed = FollowedTrial(make_recorder(), api, "t-1")
    for status in ("running", "paused", "paused", "running"):
        api.status = status
        api.fields = {"paused_seconds": 1.5} if status == "running" and record.of("trial.paused") else {}
        followed.observe(api.page())
        await settled(lambda status=status: status == "running" or record.of("trial.paused"))
    await settled(lambda: record.of("trial.resumed"))
    await followed.finish(5)
    assert [kind for kind, _, _ in record.facts.values() if kind.startswith("trial.")] == ["trial.paused", "trial.resumed"]


async def test_away_nothing_waits_and_afterwards_nothing_is_missing(record, make_recorder, service):
    api, recorder = service(3), make_recorder()
    record.trouble = ConnectionFailedError("refused")
    followed = FollowedTrial(recorder, api, "t-1", sleep=lambda _: asyncio.Event().wait())
    api.status = "paused"
    followed.observe(api.page())
    await settled(lambda: recorder.backlog.since)
    api.status, api.at = "completed", 9
    followed.observe(api.page())
    assert not await followed.finish(5)
    assert [fact.event_type for fact in recorder.backlog.facts] == ["trial.paused", "trial.completed"]

    record.trouble = None
    later = make_recorder(Backlog.of(recorder.backlog.as_json()))
    assert await record_end(later, api, api.trial, seconds=5)
    assert record.generations == list(range(10))
    assert (len(record.of("trial.paused")), len(record.of("trial.completed")), len(record.of("recorder.missed"))) == (1, 1, 1)


async def test_it_tries_again_by_itself_after_a_pause(record, make_recorder, service):
    api, pauses = service(3), []

    async def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            record.trouble = None
        followed.observe(api.page())

    record.trouble = ConnectionFailedError("refused")
    followed = FollowedTrial(make_recorder(), api, "t-1", sleep=sleep)
    followed.observe(api.page())
    await settled(lambda: record.generations == [0, 1, 2, 3])
    await followed.finish(1)
    assert pauses[:3] == [2, 4, 8]


async def test_a_service_that_cannot_tell_its_history_is_no_reason_to_fail(record, make_recorder, service):
    api, recorder = service(20), make_recorder()
    api.trouble, api.status = ConnectionFailedError("gone"), "stopped"
    assert not await record_end(recorder, api, api.trial, seconds=5, reason="enough")
    assert [fact.event_type for fact in recorder.backlog.facts] == ["trial.cancelled"]
    assert recorder.backlog.since is None, "the recorder was there"


async def test_a_history_with_gaps_is_told_as_far_as_it_goes(record, make_recorder, make_trial, make_generation):
    """Services without a history: only what somebody saw is known."""

    class Forgetful:
        async def aprogress(self, trial_id, start=0, *, wait_seconds=0, limit=100):
            return GenerationPage(trial=make_trial("running", 7), generations=[make_generation(7)])

    followed = FollowedTrial(make_recorder(), Forgetful(), "t-1")
    followed.observe(GenerationPage(trial=make_trial("running", 3), generations=[make_generation(3)]))
    await settled(lambda: 3 in record.generations)
    followed.observe(GenerationPage(trial=make_trial("completed", 7), generations=[make_generation(7)]))
    assert await followed.finish(5)
    assert record.generations == [3, 7]


async def test_when_time_is_up_the_rest_is_left_to_a_later_step(record, make_recorder, service, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 10)
    api, clock = service(99), iter(range(0, 1000, 2))
    api.status = "completed"
    followed = FollowedTrial(make_recorder(), api, "t-1", monotonic=lambda: next(clock))
    followed.observe(api.page())
    assert not await followed.finish(5)
    assert 0 < len(record.generations) < 100
    assert not record.of("trial.completed")


async def test_one_call_is_enough_when_nothing_is_missing(record, make_recorder, service):
    api = service(5)
    api.status = "completed"
    await record_end(make_recorder(), api, api.trial, seconds=5)
    record.calls.clear()
    api.reads.clear()
    later = make_recorder()
    assert await record_end(later, api, api.trial, seconds=5, behind=False)
    assert (len(record.calls), api.reads, later.head.sequence) == (1, [], 7)


async def test_with_recording_off_nothing_is_read(make_recorder, service):
    api = service(5)
    assert await record_end(make_recorder(ref=None), api, api.trial, seconds=5)
    assert api.reads == []


SCRIPTS = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from(["fine", "away", "lost", "restart", "two"]), st.booleans()), min_size=1, max_size=8
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=SCRIPTS, budget=st.integers(1, 200_000))
def test_whatever_happens_each_generation_is_recorded_once_and_none_is_missing(record, lines, service, script, budget):
    """Outages, lost answers, triggerers that begin anew or run twice at the same time; what is left, a later step tells."""
    fresh = type(record)()
    asyncio.run(
        _live_through(script, fresh, lambda backlog=None: Recorder(REF, lambda: fresh, log=lines, backlog=backlog), service, budget)
    )


async def _live_through(script, record, make_recorder, service, budget):
    api = service(token_budget=budget)
    followers = [FollowedTrial(make_recorder(), api, "t-1", sleep=lambda _: asyncio.sleep(0))]
    for more, event, paused in script:
        api.at += more
        api.status = "paused" if paused else "running"
        record.trouble = ConnectionFailedError("away") if event == "away" else None
        record.lost += event == "lost"
        if event == "restart":
            followers[-1].abandon()
        if event in ("restart", "two"):
            followers.append(FollowedTrial(make_recorder(), api, "t-1", sleep=lambda _: asyncio.sleep(0)))
        for follower in followers:
            follower.observe(api.page(max(0, api.at - 50)))
        for _ in range(7):
            await asyncio.sleep(0)
    record.trouble, record.lost, api.status = None, 0, "completed"
    backlog = Backlog()
    for follower in followers:
        await follower.finish(0)
        backlog.merge(follower.recorder.backlog)
    assert await record_end(make_recorder(backlog), api, api.trial, seconds=60)

    assert record.generations == list(range(api.at + 1))
    assert len(record.of("trial.completed")) == 1
    assert len(record.of("trial.paused")) <= sum(paused for _, _, paused in script)
    tokens = 60 * (api.at + 1)
    assert [warned["share"] for warned in record.of("budget.warned")] == [share for share in (0.5, 0.8) if tokens >= share * budget]
