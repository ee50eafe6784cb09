from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import RunEnded, TrialPaused, TrialRequested
from dean_provider.recording.backlog import MOST_CHARACTERS, MOST_FACTS, Backlog

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def fact(number: int, at: datetime = NOW) -> ReportedFact:
    return ReportedFact.of(TrialPaused(generation=number), occurred_at=at)


def test_an_empty_one_does_not_travel():
    assert Backlog().as_json() is None
    assert not Backlog.of(None)


@pytest.mark.parametrize("value", [{"facts": 3}, {"facts": [{"event_type": "NO"}]}, "text", [1]])
def test_what_cannot_be_understood_is_as_good_as_empty(value):
    assert not Backlog.of(value)


def test_survives_the_way_through_json():
    backlog = Backlog()
    backlog.missed(NOW, "refused")
    backlog.keep([fact(1), fact(2)])
    assert Backlog.of(json.loads(json.dumps(backlog.as_json()))) == backlog


def test_the_same_fact_is_kept_once():
    backlog = Backlog()
    backlog.keep([fact(1), fact(1)])
    backlog.keep([fact(1)])
    assert len(backlog.facts) == 1


def test_facts_beyond_the_bound_are_counted_and_told():
    backlog = Backlog()
    backlog.missed(NOW, "refused")
    backlog.keep(fact(number) for number in range(MOST_FACTS + 7))
    assert (len(backlog.facts), backlog.dropped) == (MOST_FACTS, 7)
    assert Backlog.of(backlog.as_json()) == backlog
    missed = backlog.ended(NOW, backlog.take())
    assert missed is not None
    assert "7 facts found no room" in missed.details["error"]


def test_large_facts_find_room_for_few():
    backlog = Backlog()
    large = {"text": "x" * (MOST_CHARACTERS // 3)}
    backlog.keep(ReportedFact.of(TrialRequested(name=str(number), asked=large)) for number in range(5))
    assert (len(backlog.facts), backlog.dropped) == (2, 3)


def test_merged_they_are_in_the_order_of_what_happened_since_the_first_failure():
    early, late = Backlog(), Backlog()
    early.missed(NOW, "first")
    early.keep([fact(1, NOW)])
    late.missed(NOW + timedelta(seconds=9), "second")
    late.keep([fact(2, NOW + timedelta(seconds=9)), fact(3, NOW - timedelta(seconds=1))])
    late.merge(early)
    assert [one.details["generation"] for one in late.facts] == [3, 1, 2]
    assert (late.since, late.error) == (NOW, "second")


def test_says_from_when_to_when_once():
    backlog = Backlog()
    backlog.missed(NOW, "refused")
    backlog.missed(NOW + timedelta(seconds=5), "timed out")
    told = backlog.ended(NOW + timedelta(seconds=9), [fact(1)])
    assert told is not None
    assert told.details == {"since": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:00:09Z", "facts": 1, "error": "refused"}
    assert backlog.ended(NOW, []) is None


def test_what_there_was_no_time_for_was_not_missed():
    backlog = Backlog()
    backlog.keep([ReportedFact.of(RunEnded(state="failed"))])
    assert backlog
    assert backlog.ended(NOW, backlog.take()) is None
