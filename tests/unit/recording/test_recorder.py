from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import PopulationInitialized, RunEnded, TrialPaused
from dean_provider.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectionFailedError,
    InvalidConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    RequestTimeoutError,
    ServiceFailureError,
)
from dean_provider.recording import recorder as module
from dean_provider.recording.backlog import Backlog

POPULATED = PopulationInitialized(population_id="p", size=3)
ENDED = RunEnded(state="success")


async def test_facts_are_told_at_once_and_for_their_trial(record, make_recorder):
    recorder = make_recorder()
    assert await recorder.tell(POPULATED, ENDED)
    (call,) = record.calls
    assert [fact.event_type for fact in call.facts] == ["population.initialized", "run.ended"]
    assert (call.workflow_id.int, call.origin.dag_id, call.origin.run_id, call.origin.task_group) == (1, "dag", "run", "group")
    assert (recorder.head.sequence, recorder.generation) == (2, -1)
    assert not recorder.backlog


@pytest.mark.parametrize(
    "trouble",
    [
        ConnectionFailedError("refused"),
        RequestTimeoutError("late"),
        ServiceFailureError("crashed"),
        CircuitOpenError("open"),
        NotFoundError("no such route"),
        AuthenticationError("refused", suggestions=["Look at gateway_conn_id."]),
    ],
)
async def test_away_it_raises_nothing_and_what_was_missed_is_told_when_it_is_back(record, make_recorder, lines, trouble):
    record.trouble = trouble
    recorder = make_recorder()
    assert not await recorder.tell(POPULATED)
    assert not await recorder.tell(ENDED)
    assert len(lines.lines) == 1
    assert trouble.message in lines.lines[0]
    record.trouble = None
    assert await make_recorder(Backlog.of(recorder.backlog.as_json())).tell(TrialPaused(generation=1))
    kinds = [kind for kind, _, _ in record.facts.values()]
    assert kinds == ["population.initialized", "run.ended", "trial.paused", "recorder.missed"]
    (missed,) = record.of("recorder.missed")
    assert (missed["facts"], missed["error"]) == (2, trouble.message)
    assert missed["since"] <= missed["until"]


async def test_a_refused_signature_names_the_settings_in_the_log(record, make_recorder, lines):
    record.trouble = AuthenticationError("wrong signature", suggestions=["Look at gateway_conn_id."])
    await make_recorder().tell(ENDED)
    assert "Look at gateway_conn_id." in lines.lines[0]


async def test_derived_facts_are_not_kept(record, make_recorder):
    record.trouble = ConnectionFailedError("refused")
    recorder = make_recorder()
    await recorder.report([ReportedFact.of(ENDED)], derived=[ReportedFact.of(POPULATED)])
    assert [fact.event_type for fact in recorder.backlog.facts] == ["run.ended"]


async def test_a_lost_answer_doubles_nothing(record, make_recorder):
    record.lost = 1
    recorder = make_recorder()
    assert not await recorder.tell(ENDED)
    assert await recorder.flush()
    assert len(record.of("run.ended")) == 1


async def test_where_somebody_told_the_same_in_other_words_the_first_word_stands(record, make_recorder, lines):
    first, second = RunEnded(state="failed"), RunEnded(state="success")
    await make_recorder().report([ReportedFact.of(first, key="end")])
    assert await make_recorder().report([ReportedFact.of(POPULATED), ReportedFact.of(second, key="end"), ReportedFact.of(ENDED)])
    assert record.facts["end"][2] == {"state": "failed"}
    assert len(record.facts) == 3
    assert not lines.lines


async def test_a_fact_that_can_never_be_taken_is_left_out_and_said(record, make_recorder, lines):
    take = record.arecord

    async def particular(facts):
        if any(fact.event_type == "trial.paused" for fact in facts.facts):
            raise InvalidConfigurationError("it is not what its version promises")
        return await take(facts)

    record.arecord = particular
    recorder = make_recorder()
    assert await recorder.tell(*(RunEnded(state=str(number)) for number in range(6)), TrialPaused(generation=1), POPULATED)
    assert len(record.facts) == 7
    assert "trial.paused" in lines.lines[0]
    assert not recorder.backlog


async def test_refused_altogether_it_stops_telling(record, make_recorder, lines):
    record.trouble = PermissionDeniedError("another run's")
    recorder = make_recorder()
    assert not await recorder.tell(ENDED)
    record.trouble = None
    assert not await recorder.tell(ENDED)
    assert not record.facts
    assert len(lines.lines) == 1


async def test_without_a_place_to_record_nothing_is_told(record, make_recorder):
    recorder = make_recorder(ref=None)
    assert not await recorder.tell(ENDED)
    assert (recorder.on, recorder.backlog.as_json(), record.calls) == (False, None, [])


async def test_many_facts_go_in_bounded_calls(record, make_recorder):
    await make_recorder().tell(*(RunEnded(state=str(number)) for number in range(1203)))
    assert [len(call.facts) for call in record.calls] == [500, 500, 203]


async def test_whatever_goes_wrong_is_no_reason_to_fail(record, make_recorder):
    async def broken(_facts):
        raise ZeroDivisionError

    record.arecord = broken
    recorder = make_recorder()
    assert not await recorder.tell(ENDED)
    assert "ZeroDivisionError" in recorder.backlog.error


async def test_a_recorder_that_hangs_is_waited_for_no_longer_than_said(record, make_recorder, monkeypatch):
    async def hang(_facts):
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "LONGEST_SECONDS", 0.02)
    record.arecord = hang
    recorder = make_recorder()
    assert not await recorder.tell(ENDED)
    assert recorder.backlog.since is not None


async def test_cancelled_in_a_call_the_facts_stay_and_the_call_goes_on(record, make_recorder):
    """Airflow 3.2 does not survive a question to its supervisor whose asker went away."""
    going_on, ended = asyncio.Event(), asyncio.Event()

    async def slow(_facts):
        going_on.set()
        await asyncio.sleep(0.02)
        ended.set()

    record.arecord = slow
    recorder = make_recorder()
    telling = asyncio.create_task(recorder.tell(ENDED))
    await going_on.wait()
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    assert [fact.event_type for fact in recorder.backlog.facts] == ["run.ended"]
    await asyncio.wait_for(ended.wait(), 5)


async def test_an_outage_that_begins_again_while_it_is_told_is_another(record, make_recorder):
    backlog = Backlog()
    backlog.missed(datetime(2026, 1, 1, tzinfo=timezone.utc), "away")
    recorder = make_recorder(backlog)
    take = record.arecord

    async def once(facts):
        if any(fact.event_type == "recorder.missed" for fact in facts.facts):
            raise ConnectionFailedError("away again")
        return await take(facts)

    record.arecord = once
    assert await recorder.tell(ENDED)
    assert [fact.event_type for fact in recorder.backlog.facts] == ["recorder.missed"]
    assert recorder.backlog.error == "away again"
