from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.alert import ListAlerts
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.installation import ConfigurationChanged
from dean_provider.contract.events.trial import (
    GenerationCompleted,
    TrialCancelled,
    TrialCompleted,
    TrialForked,
    TrialPaused,
    TrialStarted,
    TrialValidated,
)
from dean_provider.contract.workflow import ListAudit, ListEvents, ListWorkflows, Origin, ReadMetrics
from dean_provider.errors import InvalidConfigurationError, NotFoundError
from dean_provider.state import incidents, queries
from dean_provider.state.cursor import write_cursor

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
ADA = Actor(kind=ActorKind.USER, name="ada", address="127.0.0.1")


def _trial(told, number, *facts, dag_id="dag", config=None, **more):
    workflow_id = UUID(int=number)
    validated = TrialValidated(trial_id=f"trial-{number}", config=config or {"name": f"name-{number}"})
    origin = Origin(dag_id=dag_id, run_id=f"run-{number}")
    told.append(workflow_id, validated, *facts, origin=origin, now=NOW + timedelta(minutes=number), **more)
    return workflow_id


def _ids(told, dag_ids=None, **filters):
    """Of every page, in order."""
    found, cursor = [], None
    while True:
        page = told.ask(queries.list_workflows, ListWorkflows(cursor=cursor, limit=2, **filters), dag_ids=dag_ids)
        found += [one.id.int for one in page.workflows]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_pages_go_from_the_newest_to_the_oldest_and_miss_none(told) -> None:
    for number in range(1, 8):
        _trial(told, number)
    assert _ids(told) == [7, 6, 5, 4, 3, 2, 1]


def test_executions_of_the_same_instant_are_each_on_one_page(told) -> None:
    for number in range(1, 6):
        told.append(UUID(int=number), TrialStarted(trial_id="t"))
    assert _ids(told) == [5, 4, 3, 2, 1]


def test_a_page_does_not_change_when_something_new_comes(told) -> None:
    for number in range(1, 5):
        _trial(told, number)
    first = told.ask(queries.list_workflows, ListWorkflows(limit=2), dag_ids=None)
    _trial(told, 9)
    second = told.ask(queries.list_workflows, ListWorkflows(limit=2, cursor=first.next_cursor), dag_ids=None)
    assert [one.id.int for one in second.workflows] == [2, 1]


def test_only_dags_the_caller_may_read_are_listed(told) -> None:
    for number in range(1, 5):
        _trial(told, number, dag_id=f"dag-{number % 2}")
    told.append_system(ConfigurationChanged(option="o", revision=1), actor=ADA)
    assert _ids(told, dag_ids=["dag-1"]) == [3, 1]
    assert _ids(told, dag_ids=[]) == []
    assert len(_ids(told)) == 5


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "completed"}, [2]),
        ({"workflow_type": "trial"}, [3, 2, 1]),
        ({"workflow_type": "pattern_propagation"}, []),
        ({"dag_id": "other"}, [3]),
        ({"run_id": "run-2"}, [2]),
        ({"objective": "sphere"}, [2]),
        ({"name": "name-1"}, [1]),
        ({"owner": "ada"}, []),
        ({"parent_id": UUID(int=1)}, [3]),
        ({"label": "team=a=b"}, [2]),
        ({"label": "team=a"}, []),
        ({"search": "NAME-"}, [3, 1]),
        ({"search": "trial-2"}, [2]),
        ({"search": "run-3"}, [3]),
        ({"search": "100%"}, []),
        ({"search": "_"}, []),
        ({"search": "00000000-0000-0000-0000-000000000002"}, [2]),
        ({"created_after": NOW + timedelta(minutes=1)}, [3, 2]),
        ({"created_before": NOW + timedelta(minutes=3)}, [2, 1]),
    ],
    ids=str,
)
def test_filters(told, filters, expected) -> None:
    _trial(told, 1)
    _trial(told, 2, TrialCompleted(generation=1), config={"name": "other", "objective": "sphere", "labels": {"team": "a=b"}})
    _trial(told, 3, TrialForked(parent_id=str(UUID(int=1)), child_id=str(UUID(int=3)), generation=1), dag_id="other")
    assert _ids(told, **filters) == expected


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("created_at", False, [1, 2, 3, 4, 5]),
        ("updated_at", True, [5, 4, 3, 2, 1]),
        ("name", False, [3, 1, 2, 5, 4]),
        ("name", True, [4, 5, 2, 1, 3]),
        ("best_fitness", True, [2, 4, 1, 5, 3]),
        ("best_fitness", False, [1, 4, 2, 3, 5]),
        ("tokens_used", True, [4, 2, 1, 5, 3]),
    ],
)
def test_lists_go_by_what_people_choose_and_what_is_not_known_comes_last(told, sort, descending, expected) -> None:
    """Page by page, also among equals and among those without a value."""
    _trial(told, 1, TrialCompleted(generation=1, best_fitness=-0.5, tokens_used=7), config={"name": "b"})
    _trial(told, 2, TrialCompleted(generation=1, best_fitness=2.25, tokens_used=8), config={"name": "b"})
    _trial(told, 3, config={"name": "a"})
    _trial(told, 4, TrialCompleted(generation=1, best_fitness=0.1, tokens_used=9), config={"name": "d" * 64})
    _trial(told, 5, config={"name": "c"})
    assert _ids(told, sort=sort, descending=descending) == expected


def test_a_cursor_of_another_order_is_refused(told) -> None:
    for number in (1, 2):
        _trial(told, number)
    cursor = told.ask(queries.list_workflows, ListWorkflows(limit=1), dag_ids=None).next_cursor
    with pytest.raises(InvalidConfigurationError, match="cursor"):
        told.ask(queries.list_workflows, ListWorkflows(limit=1, cursor=cursor, sort="name"), dag_ids=None)


ROW = str(UUID(int=1))


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("generation", 10**30),
        ("generation", -(10**30)),
        ("generation", 1.5),
        ("generation", True),
        ("tokens_used", 2**63),
        ("best_fitness", 10**30),
        ("best_fitness", "NaN"),
        ("best_fitness", float("nan")),
        ("best_fitness", float("-inf")),
        ("name", "\ud800"),
        ("name", "a\0b"),
        ("name", 3),
        ("created_at", ""),
        ("created_at", "\ud800"),
        ("created_at", "2026-13-01"),
    ],
)
def test_a_forged_cursor_with_what_no_column_holds_is_refused(told, sort, value) -> None:
    for descending in (True, False):
        cursor = write_cursor(f"{'-' if descending else '+'}{sort}", json.dumps(value), ROW)
        with pytest.raises(InvalidConfigurationError, match="cursor"):
            told.ask(queries.list_workflows, ListWorkflows(cursor=cursor, sort=sort, descending=descending), dag_ids=None)


@pytest.mark.parametrize("key", [("2026-01-01T00:00:00Z", "\ud800"), ("2026-01-01T00:00:00Z", "a\0"), ("\ud800", "a"), ("soon", "a")])
def test_a_forged_cursor_of_incidents_is_refused(told, key) -> None:
    with pytest.raises(InvalidConfigurationError, match="cursor"):
        told.ask(incidents.list_incidents, ListAlerts(cursor=write_cursor(*key)), dag_ids=None, now=NOW)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bm9uc2Vuc2U", "W251bGwsbnVsbF0", "WyJhIiwiYiJd", "\ud800"])
def test_a_cursor_that_no_list_gave_out_is_refused(told, cursor) -> None:
    for query, request, more in (
        (queries.list_workflows, ListWorkflows.model_construct(cursor=cursor, limit=5), {"dag_ids": None}),
        (queries.audit, ListAudit.model_construct(cursor=cursor, limit=5), {}),
        (incidents.list_incidents, ListAlerts.model_construct(cursor=cursor, limit=5), {"dag_ids": None, "now": NOW}),
    ):
        with pytest.raises(InvalidConfigurationError, match="cursor"):
            told.ask(query, request, **more)


def test_events_come_in_order_page_by_page_and_by_type(told) -> None:
    workflow_id = _trial(told, 1, *(TrialStarted(trial_id=f"t-{number}") for number in range(5)), TrialPaused(generation=1))
    seen, cursor = [], None
    while True:
        page = told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, limit=3, cursor=cursor))
        seen += [event.sequence for event in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(range(1, 9))
    after = told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, after=6))
    assert [event.sequence for event in after.events] == [7, 8]
    paused = told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, event_type="trial.paused"))
    assert [event.sequence for event in paused.events] == [8]


def test_events_come_from_the_last_one_back_and_without_the_many_of_generations(told, make_generation) -> None:
    generations = [GenerationCompleted(generation=make_generation(number)) for number in range(3)]
    workflow_id = _trial(told, 1, TrialStarted(trial_id="t"), *generations, TrialPaused(generation=2))
    seen, cursor = [], None
    while True:
        asked = ListEvents(workflow_id=workflow_id, newest_first=True, generations=False, limit=2, cursor=cursor)
        page = told.ask(queries.list_events, asked)
        seen += [(event.sequence, event.event_type) for event in page.events]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [(7, "trial.paused"), (3, "trial.started"), (2, "trial.validated"), (1, "workflow.opened")]
    newest = told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, newest_first=True, after=4))
    assert [event.sequence for event in newest.events] == [7, 6, 5]
    one = told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, event_type="generation.completed", newest_first=True, limit=1))
    assert [event.sequence for event in one.events] == [6]


@pytest.mark.parametrize(
    "asked", [{"cursor": ""}, {"newest_first": True}, {"newest_first": True, "generations": False}, {"generations": False}]
)
def test_a_page_of_events_costs_the_same_however_many_there_are(new_record, completed_generation, asked) -> None:
    cost = {}
    for many in (20, 200):
        with new_record() as told:
            workflow_id = _trial(told, 1, *(completed_generation(number) for number in range(many)))
            place = {"cursor": write_cursor(many - 5)} if "cursor" in asked else {}
            request = ListEvents(workflow_id=workflow_id, limit=5, **{**asked, **place})
            steps: list[None] = []
            connection = told.engine.raw_connection()
            connection.driver_connection.set_progress_handler(lambda counted=steps: counted.append(None), 1)
            told.ask(queries.list_events, request)
            cost[many] = len(steps)
            connection.close()
    assert 0 < cost[200] <= cost[20] + 10


def test_what_is_not_there_is_not_found(told) -> None:
    nobody = uuid4()
    for query, request in (
        (queries.read_workflow, nobody),
        (queries.list_events, ListEvents(workflow_id=nobody)),
        (queries.read_metrics, ReadMetrics(workflow_id=nobody)),
    ):
        with pytest.raises(NotFoundError):
            told.ask(query, request)


@given(st.sets(st.integers(0, 120), max_size=60), st.integers(2, 40), st.integers(0, 60), st.none() | st.integers(0, 120))
def test_figures_are_thinned_evenly_and_both_ends_stay(new_record, completed_generation, numbers, points, start, end) -> None:
    with new_record() as told:
        told.append(UUID(int=1), TrialStarted(trial_id="t"), *map(completed_generation, sorted(numbers)))
        page = told.ask(queries.read_metrics, ReadMetrics(workflow_id=UUID(int=1), points=points, start=start, end=end))
    there = [number for number in sorted(numbers) if start <= number <= (end if end is not None else 1000)]
    shown = [point.generation for point in page.points]
    assert page.generations == len(there)
    assert page.sampled == (len(there) > points)
    assert len(shown) <= points
    assert shown == (sorted(set(shown) & set(there)) if page.sampled else there)
    assert not there or (shown[0], shown[-1]) == (there[0], there[-1])


def test_figures_are_those_of_the_generation(told, completed_generation) -> None:
    told.append(UUID(int=1), completed_generation(0, best_fitness=1.5, retries=2))
    (point,) = told.ask(queries.read_metrics, ReadMetrics(workflow_id=UUID(int=1))).points
    assert (point.best_fitness, point.retries, point.intervened, point.best_agent_id) == (1.5, 2, False, "a-0")


def test_what_is_open_is_found_page_by_page(told) -> None:
    for number, facts in enumerate(([], [TrialStarted(trial_id="t")], [TrialCompleted(generation=0)], [TrialCancelled()], []), start=1):
        _trial(told, number, *facts)
    told.append_system(ConfigurationChanged(option="o", revision=1), actor=ADA)
    first = told.ask(queries.open_workflows, 2)
    rest = told.ask(queries.open_workflows, 2, first[-1].id)
    assert [one.id.int for one in (*first, *rest)] == [1, 2, 5]
    assert told.ask(queries.open_workflows, workflow_type="pattern_propagation") == []


def test_the_audit_shows_what_people_did_newest_first(told) -> None:
    bob = Actor(kind=ActorKind.USER, name="bob")
    _trial(told, 1, TrialPaused(generation=1), actor=ADA)
    _trial(told, 2)
    told.append(UUID(int=2), TrialCancelled(), actor=bob, origin=None, now=NOW + timedelta(hours=1))
    told.append_system(ConfigurationChanged(option="o", revision=1), actor=ADA, now=NOW + timedelta(hours=2))

    def names(**filters):
        found, cursor = [], None
        while True:
            page = told.ask(queries.audit, ListAudit(limit=1, cursor=cursor, **filters))
            found += [event.event_type for event in page.events]
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert names() == ["configuration.changed", "trial.cancelled", "trial.paused", "trial.validated"]
    assert names(actor="bob") == ["trial.cancelled"]
    assert names(event_type="trial.paused") == ["trial.paused"]
    assert names(workflow_id=UUID(int=1)) == ["trial.paused", "trial.validated"]
    assert names(recorded_after=NOW + timedelta(minutes=90)) == ["configuration.changed"]
    assert names(recorded_before=NOW + timedelta(minutes=90), actor="ada")[0] != "configuration.changed"


def test_a_detail_says_everything(told, completed_generation) -> None:
    told.append(UUID(int=1), TrialStarted(trial_id="t"), completed_generation(0), TrialCompleted(generation=0, digest="d"))
    told.append(UUID(int=1), ReportedFact(event_type="own.fact", idempotency_key="k"))
    detail = told.ask(queries.read_workflow, UUID(int=1))
    assert (detail.status.value, detail.result["digest"], detail.unknown_events, detail.head.sequence) == ("completed", "d", 1, 5)
