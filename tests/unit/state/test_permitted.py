"""Reading several trials at once: what the caller may not read never leaves the database."""

from __future__ import annotations

from uuid import uuid4

import pytest

from dean_provider.contract.events import Actor, ActorKind
from dean_provider.contract.events.installation import ServiceRemoved
from dean_provider.contract.events.trial import TrialCompleted, TrialStarted
from dean_provider.contract.workflow import ListAudit, Origin
from dean_provider.state import permitted, queries

MINE, OTHERS = uuid4(), uuid4()
PERSON = Actor(kind=ActorKind.USER, name="ann")


@pytest.fixture
def two(told):
    told.append(MINE, TrialStarted(trial_id="t-mine"), origin=Origin(dag_id="mine", run_id="r"), actor=PERSON)
    told.append(
        OTHERS, TrialStarted(trial_id="t-others"), TrialCompleted(generation=3), origin=Origin(dag_id="others", run_id="r"), actor=PERSON
    )
    told.append_system(ServiceRemoved(service="s"), actor=PERSON)
    return told


def test_only_trials_of_these_dags_are_read(two) -> None:
    assert [one.id for one in two.ask(permitted.read_trials, [MINE, OTHERS, uuid4()], dag_ids={"mine"})] == [MINE]
    assert two.ask(permitted.read_trials, [MINE, OTHERS], dag_ids=set()) == []


def test_counts_are_of_these_dags(two) -> None:
    assert two.ask(permitted.count_trials, dag_ids={"mine", "others"}) == {"running": 1, "completed": 1}
    assert two.ask(permitted.count_trials, dag_ids={"mine"}) == {"running": 1}


def test_a_trial_of_another_dag_is_hidden_and_one_nobody_recorded_is_not(two) -> None:
    assert two.ask(permitted.hidden_trials, {"t-mine", "t-others", "t-elsewhere"}, dag_ids={"mine"}) == {"t-others"}


def test_the_audit_log_is_of_these_dags_and_of_the_installation_only_if_asked(two) -> None:
    def seen(**more):
        return {event.workflow_id for event in two.ask(queries.audit, ListAudit(), **more).events}

    assert seen(dag_ids={"mine"}, installation=False) == {MINE}
    assert len(seen(dag_ids={"mine"}, installation=True)) == 2
    assert len(seen()) == 3
    assert seen(dag_ids=None, installation=False) == {MINE, OTHERS}


def test_a_key_is_told_in_its_own_execution_only(two) -> None:
    key = TrialCompleted(generation=3).key()
    assert two.ask(permitted.find_told, OTHERS, key).details["generation"] == 3
    assert two.ask(permitted.find_told, MINE, key) is None
