from __future__ import annotations

from datetime import datetime, timezone

import pytest

from dean_provider.contract.trial import Intervention
from dean_provider.recording.facts import ending, generation_facts, standing

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def told(facts):
    return [(fact.event_type, fact.idempotency_key) for fact in facts]


def test_each_generation_and_its_intervention(make_generation):
    intervention = Intervention(diversity_before=0.01, diversity_after=0.2, agents_mutated=9)
    generations = [make_generation(3), make_generation(4, intervention=intervention)]
    facts = list(generation_facts(generations, budget=None, before=None))
    assert told(facts) == [
        ("generation.completed", "generation:3"),
        ("generation.completed", "generation:4"),
        ("diversity.intervened", "intervened:4"),
    ]
    assert facts[2].details == {"generation": 4, "diversity_before": 0.01, "diversity_after": 0.2, "agents_mutated": 9}
    assert facts[0].occurred_at == generations[0].completed_at


@pytest.mark.parametrize("cut", range(1, 10))
def test_each_share_of_the_budget_is_told_where_it_is_passed_however_the_history_is_cut(make_generation, cut):
    generations = [make_generation(number, tokens_used=10 * (number + 1)) for number in range(10)]
    first = list(generation_facts(generations[:cut], budget=100, before=0))
    rest = list(generation_facts(generations[cut:], budget=100, before=10 * cut))
    warned = [fact for fact in first + rest if fact.event_type == "budget.warned"]
    assert [(fact.idempotency_key, fact.details["generation"]) for fact in warned] == [("budget:0.5", 4), ("budget:0.8", 7)]


def test_without_the_generation_before_nothing_is_said_about_the_budget(make_generation):
    facts = generation_facts([make_generation(7, tokens_used=90)], budget=100, before=None)
    assert [fact.event_type for fact in facts] == ["generation.completed"]


def test_one_generation_may_pass_both_shares(make_generation):
    facts = generation_facts([make_generation(0, tokens_used=90)], budget=100, before=0)
    assert [fact.idempotency_key for fact in facts][1:] == ["budget:0.5", "budget:0.8"]


def test_a_pause_is_one_pause_whoever_sees_it(make_trial):
    paused = make_trial("paused", 4, paused_at=NOW)
    later = make_trial("paused", 4, paused_at=NOW.replace(hour=1))
    assert told(standing(paused, NOW)) == told(standing(paused, NOW.replace(day=2)))
    assert told(standing(paused, NOW)) != told(standing(later, NOW))


def test_going_on_is_told_once_for_each_pause(make_trial):
    assert standing(make_trial("running", 4), NOW) == []
    once, twice = (standing(make_trial("running", 4, paused_seconds=seconds), NOW) for seconds in (1.5, 9.25))
    assert told(once) == [("trial.resumed", "resumed:1.5")]
    assert told(twice) == [("trial.resumed", "resumed:9.25")]


def test_a_service_that_does_not_time_pauses_has_one_for_each_generation(make_trial):
    assert told(standing(make_trial("paused", 4), NOW)) == [("trial.paused", "paused:4")]


@pytest.mark.parametrize("status", ["pending", "running", "paused"])
def test_what_has_not_ended_has_no_end(make_trial, status):
    assert ending(make_trial(status, 3)) == []


def test_a_completed_trial(make_trial):
    trial = make_trial("completed", 5, digest="d", best_fitness=2.0, tokens_used=99, termination_reason="token_budget", token_budget=100)
    exhausted, completed = ending(trial)
    assert (exhausted.event_type, exhausted.details) == ("budget.exhausted", {"generation": 5, "tokens_used": 99, "token_budget": 100})
    assert (completed.event_type, completed.idempotency_key) == ("trial.completed", "completed")
    assert (completed.details["digest"], completed.details["termination_reason"]) == ("d", "token_budget")


def test_each_stop_is_told_once_whatever_the_reason_given(make_trial):
    first = make_trial("stopped", 5, digest="d")
    again = make_trial("stopped", 9, digest="e", resumptions=1)
    assert told(ending(first, "by me")) == told(ending(first, "by you")) == [("trial.cancelled", "cancelled:0:5")]
    assert told(ending(again)) == [("trial.cancelled", "cancelled:1:9")]


def test_a_failed_trial_says_why(make_trial):
    (failed,) = ending(make_trial("failed", 2, error="x" * 5000))
    assert failed.event_type == "trial.failed"
    assert len(failed.details["error"]) == 2000
