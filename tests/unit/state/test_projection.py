"""What facts amount to, told in order, late, or twice."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.events import Actor, ActorKind, ReportedFact, pattern, trial
from dean_provider.contract.events.installation import AlertAcknowledged, AlertRaised, AlertResolved
from dean_provider.contract.events.workflow import WorkflowOpened
from dean_provider.contract.pattern import Effectiveness
from dean_provider.contract.workflow import WorkflowStatus
from dean_provider.state.chain import Place, link
from dean_provider.state.facts import Prepared, prepared
from dean_provider.state.folded import columns_of, from_columns, from_document, to_document
from dean_provider.state.folding.handler import KEPT
from dean_provider.state.projection import fold, opening
from dean_provider.state.signing import Keys

ID = UUID(int=1)
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
TASK = Actor(kind=ActorKind.TASK, name="task")

REQUESTED = trial.TrialRequested(name="n")
VALIDATED = trial.TrialValidated(trial_id="t", config={"name": "n", "token_budget": 5})
STARTED = trial.TrialStarted(trial_id="t")
COMPLETED = trial.TrialCompleted(generation=5, best_fitness=2.0, digest="d", termination_reason="generations")
FAILED = trial.TrialFailed(error="lost")
CANCELLED = trial.TrialCancelled(reason="enough")
PAUSED = trial.TrialPaused(generation=1)
RESUMED = trial.TrialResumed(generation=1)
STARTED_AGAIN = trial.TrialStarted(trial_id="t", resumptions=1, try_number=2)


def _fold(*facts, actor=TASK, at=None):
    state = opening(ID)
    for number, fact in enumerate(facts):
        told = fact if isinstance(fact, ReportedFact) else ReportedFact.of(fact, occurred_at=at)
        place = Place(ID, state.sequence + 1, state.head_hash)
        now = NOW + timedelta(seconds=number)
        state = fold(state, link(prepared(told), place, actor=actor, correlation_id=None, now=now, keys=Keys()).event)
    return state


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([REQUESTED], "requested"),
        ([REQUESTED, VALIDATED], "preparing"),
        ([REQUESTED, VALIDATED, STARTED], "running"),
        ([STARTED, PAUSED], "paused"),
        ([STARTED, PAUSED, RESUMED], "running"),
        ([STARTED, COMPLETED], "completed"),
        ([STARTED, FAILED], "failed"),
        ([STARTED, CANCELLED], "cancelled"),
        # An end is not undone by what is told late, or by how the run went afterwards.
        ([STARTED, COMPLETED, STARTED_AGAIN], "completed"),
        ([STARTED, COMPLETED, FAILED], "completed"),
        ([STARTED, COMPLETED, CANCELLED], "completed"),
        ([STARTED, COMPLETED, PAUSED], "completed"),
        ([STARTED, CANCELLED, FAILED], "cancelled"),
        ([STARTED, FAILED, CANCELLED], "failed"),
        ([STARTED, CANCELLED, VALIDATED, RESUMED], "cancelled"),
        ([STARTED, FAILED, trial.RunEnded(state="failed")], "failed"),
        # But a failed or cancelled trial goes on when it is started again, and an outcome is an outcome.
        ([STARTED, FAILED, STARTED_AGAIN], "running"),
        ([STARTED, CANCELLED, STARTED_AGAIN], "running"),
        ([STARTED, FAILED, COMPLETED], "completed"),
        ([STARTED, CANCELLED, STARTED_AGAIN, COMPLETED], "completed"),
        # What happened before the last resumption is history.
        ([STARTED_AGAIN, CANCELLED], "running"),
        ([STARTED_AGAIN, STARTED], "running"),
    ],
)
def test_where_an_execution_stands(facts, status) -> None:
    assert _fold(*facts).status is WorkflowStatus(status)


def test_an_outcome_is_kept_with_its_figures() -> None:
    state = _fold(VALIDATED, STARTED, FAILED, COMPLETED)
    assert (state.generation, state.best_fitness, state.digest, state.error) == (5, 2.0, "d", None)
    assert state.result["digest"] == "d"
    assert state.completed_at == NOW + timedelta(seconds=3)
    assert state.token_budget == 5


def test_a_generation_moves_a_trial_that_nobody_saw_start(completed_generation) -> None:
    assert _fold(VALIDATED, completed_generation(0)).status is WorkflowStatus.RUNNING
    assert _fold(STARTED, PAUSED, completed_generation(0)).status is WorkflowStatus.PAUSED


def test_figures_are_those_of_the_last_generation_and_the_best_of_all(completed_generation) -> None:
    state = _fold(
        STARTED,
        completed_generation(0, best_fitness=3.0, digest="d0"),
        completed_generation(2, best_fitness=1.0, mean_fitness=0.5, digest="d2", tokens_used=99),
        completed_generation(1, best_fitness=2.0, mean_fitness=0.1, digest="d1", tokens_used=5),
    )
    assert (state.generation, state.best_fitness, state.mean_fitness, state.digest, state.tokens_used) == (2, 3.0, 0.5, "d2", 99)


@given(st.lists(st.integers(0, 40), max_size=60))
def test_it_is_known_up_to_where_no_generation_is_missing(completed_generation, numbers) -> None:
    state = _fold(*(completed_generation(number) for number in numbers))
    expected = next(number for number in range(-1, 60) if number + 1 not in set(numbers))
    assert state.complete_to == expected
    assert {number for first, last in state.reached for number in range(first, last + 1)} == set(numbers)


def test_a_person_who_asked_owns_the_trial() -> None:
    assert _fold(REQUESTED, actor=Actor(kind=ActorKind.USER, name="ada")).owner == "ada"
    assert _fold(REQUESTED).owner is None


def test_a_start_is_when_it_happened_first() -> None:
    early = NOW - timedelta(hours=1)
    assert _fold(STARTED, at=early).started_at == early
    again = ReportedFact.of(STARTED_AGAIN, occurred_at=NOW + timedelta(hours=1))
    assert _fold(ReportedFact.of(STARTED, occurred_at=early), again).started_at == early


def test_a_fork_is_known_on_both_sides() -> None:
    other = UUID(int=2)
    child = _fold(trial.TrialForked(parent_id=str(other), child_id=str(ID), generation=4))
    assert (child.parent_id, child.parent_generation, child.forks) == (other, 4, [])
    parent = _fold(trial.TrialForked(parent_id=str(ID), child_id=str(other), generation=4))
    assert (parent.parent_id, parent.forks) == (None, [str(other)])
    assert _fold(trial.TrialForked(parent_id="?", child_id="!", generation=4)).parent_id is None


def test_patterns_and_what_was_decided() -> None:
    effect = Effectiveness(mean=0.5, low=0.1, high=0.9, agents=3)
    state = _fold(
        pattern.PatternDiscovered(pattern_id="p", description="x", effectiveness=effect),
        pattern.PatternDiscovered(pattern_id="q"),
        pattern.ApprovalAsked(subject="s"),
        pattern.ApprovalGiven(approved=True),
        pattern.PatternRefused(pattern_id="q", reason="nil"),
        pattern.PatternApplied(
            pattern_ids=["p", "r"], population_id="c", agents=1, mean_fitness_before=0, mean_fitness_after=1, tokens_used=1
        ),
    )
    assert [(one["pattern_id"], one["status"], one["effect"]) for one in state.patterns] == [
        ("p", "applied", 0.5),
        ("q", "refused", None),
        ("r", "applied", None),
    ]
    assert (state.approval, state.patterns[1]["reason"]) == ("approved", "nil")


def test_incidents_go_their_way() -> None:
    raised = [AlertRaised(incident_id=name, rule="r", severity="warning", message="m") for name in "abc"]
    state = _fold(*raised, AlertAcknowledged(incident_id="a", rule="r"), AlertResolved(incident_id="b", rule="r"))
    assert [one["status"] for one in state.alerts] == ["acknowledged", "resolved", "firing"]
    assert state.alerts[0]["acknowledged_by"] == "task"


def test_a_state_does_not_grow_without_end() -> None:
    raised = [AlertRaised(incident_id=str(number), rule="r", severity="info", message="m") for number in range(KEPT + 50)]
    over = [AlertResolved(incident_id=str(number), rule="r") for number in range(20, 70)]
    state = _fold(*raised[: KEPT - 1], *over, *raised[KEPT - 1 :])
    assert len(state.alerts) == KEPT
    assert {one["incident_id"] for one in state.alerts} >= {str(number) for number in range(20)}
    found = [pattern.PatternDiscovered(pattern_id=str(number)) for number in range(KEPT + 5)]
    assert len(_fold(*found).patterns) == KEPT


def test_what_a_fact_of_a_known_version_does_not_promise_is_counted_only() -> None:
    broken = ReportedFact(event_type="trial.started", idempotency_key="k", details={})
    one = link(Prepared(broken, "{}", None), Place(ID, 1, ""), actor=TASK, correlation_id=None, now=NOW, keys=Keys())
    assert fold(opening(ID), one.event).unknown_events == 1


@given(st.data())
def test_both_forms_in_the_database_hold_everything(histories, data) -> None:
    state = _fold(*(fact for batch in data.draw(histories) for fact in batch))
    assert from_columns(columns_of(state)) == state
    assert from_document(to_document(state)) == state


@given(st.data())
def test_folding_changes_nothing_it_was_given(histories, data) -> None:
    facts = [fact for batch in data.draw(histories) for fact in batch]
    before = _fold(*facts[:-1])
    document = to_document(before)
    one = link(prepared(facts[-1]), Place(ID, len(facts), before.head_hash), actor=TASK, correlation_id=None, now=NOW, keys=Keys())
    assert fold(before, one.event) == fold(before, one.event)
    assert to_document(before) == document


def test_a_propagation_ends_with_what_became_of_every_pattern():
    planned = pattern.PropagationPlanned(source_trial_id="a", target_trial_id="b", objective="sphere", config={"test_share": 0.2})
    found = [pattern.PatternDiscovered(pattern_id=name) for name in ("good", "bad")]
    tried = pattern.PatternTried(pattern_id="good", population_id="p", share=0.2, imposed=5, verdict="holds", tokens_used=7)
    good = pattern.PatternPropagated(
        pattern_id="good", population_id="q", effectiveness=Effectiveness(mean=1, low=0.5, high=1.5, agents=30)
    )
    bad = pattern.PatternQuarantined(pattern_id="bad", reason="it did harm")
    running = _fold(planned, *found, tried)
    assert (running.status, running.trial_id, running.objective, running.tokens_used) == (WorkflowStatus.RUNNING, "b", "sphere", 7)
    assert [one["status"] for one in running.patterns] == ["tried", "discovered"]
    done = pattern.PropagationCompleted(propagated=["good"], quarantined=["bad"], tokens_used=7)
    late = _fold(planned, *found, good, bad, done, tried)
    assert late.status is WorkflowStatus.COMPLETED
    assert [(one["status"], one["reason"]) for one in late.patterns] == [("propagated", ""), ("quarantined", "it did harm")]
    assert late.result["propagated"] == ["good"]
    failed = _fold(planned, pattern.PropagationFailed(error="try_patterns failed"))
    assert (failed.status, failed.error) == (WorkflowStatus.FAILED, "try_patterns failed")
    assert _fold(planned, pattern.PropagationFailed(error="x"), planned).status is WorkflowStatus.RUNNING


def test_a_failed_run_ends_what_has_no_service_to_ask_and_no_trial():
    ended = trial.RunEnded(state="failed")
    of_trial, of_propagation = (WorkflowOpened(workflow_type=kind) for kind in ("trial", "pattern_propagation"))
    assert _fold(of_trial, STARTED, ended).status is WorkflowStatus.RUNNING
    assert _fold(of_propagation, ended).status is WorkflowStatus.FAILED
    assert _fold(of_propagation, trial.RunEnded(state="success")).status is WorkflowStatus.REQUESTED
