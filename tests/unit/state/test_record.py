from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.installation import ServiceRegistered
from dean_provider.contract.events.trial import TrialStarted, TrialValidated
from dean_provider.contract.events.workflow import WorkflowOpened
from dean_provider.contract.workflow import ListEvents, Origin
from dean_provider.errors import ConflictError, InvalidConfigurationError, LimitExceededError, NotFoundError, PermissionDeniedError
from dean_provider.state import queries, record
from dean_provider.state.tables import EventRow

WORKFLOW = uuid4()


def _events(told, workflow_id=WORKFLOW):
    return told.ask(queries.list_events, ListEvents(workflow_id=workflow_id, limit=1000)).events


def test_the_first_append_opens_the_record_and_says_whose_it_is(told) -> None:
    answer = told.append(WORKFLOW, TrialStarted(trial_id="t-1"))
    opened, started = _events(told)
    assert (answer.recorded, answer.known, answer.head.sequence) == (1, 0, 2)
    assert opened.event_type == "workflow.opened"
    assert opened.details == {"workflow_type": "trial", "dag_id": "dag", "run_id": "run", "task_group": "", "map_index": -1}
    assert opened.actor.kind is ActorKind.SYSTEM
    assert (started.previous_hash, started.hash) == (opened.hash, answer.head.hash)
    detail = told.ask(queries.read_workflow, WORKFLOW)
    assert (detail.dag_id, detail.run_id, detail.workflow_type, detail.trial_id) == ("dag", "run", "trial", "t-1")


def test_a_fact_told_again_is_known_and_costs_no_sequence(told, completed_generation) -> None:
    told.append(WORKFLOW, completed_generation(0))
    again = told.append(WORKFLOW, completed_generation(0), completed_generation(1), completed_generation(1))
    assert (again.recorded, again.known) == (1, 2)
    assert [event.sequence for event in _events(told)] == [1, 2, 3]


def test_another_fact_under_a_taken_key_is_refused_and_nothing_of_its_batch_is_kept(told, completed_generation) -> None:
    told.append(WORKFLOW, completed_generation(0))
    with pytest.raises(ConflictError) as caught:
        told.append(WORKFLOW, completed_generation(1), completed_generation(0, best_fitness=7.0))
    assert caught.value.details["idempotency_key"] == "generation:0"
    assert told.ask(queries.read_workflow, WORKFLOW).sequence == 2
    assert len(_events(told)) == 2


def test_numbers_that_json_writes_alike_are_the_same_fact(told) -> None:
    first = ReportedFact(event_type="own.measured", idempotency_key="k", details={"value": 1.0, "large": 1e20})
    second = ReportedFact(event_type="own.measured", idempotency_key="k", details={"large": 1e20, "value": 1})
    told.append(WORKFLOW, first)
    assert told.append(WORKFLOW, second).known == 1


def test_a_record_of_somebody_else_is_not_written(told) -> None:
    told.append(WORKFLOW, TrialStarted(trial_id="t-1"))
    for other in (
        {"dag_id": "other", "run_id": "run"},
        {"dag_id": "dag", "run_id": "other"},
        {"dag_id": "dag", "run_id": "run", "map_index": 1},
        {"dag_id": "dag", "run_id": "run", "task_group": "b"},
    ):
        with pytest.raises(PermissionDeniedError):
            told.append(WORKFLOW, TrialStarted(trial_id="t-2"), origin=Origin(**other))
    assert told.append(WORKFLOW, TrialStarted(trial_id="t-2"), origin=None).recorded == 1


def test_a_record_of_another_type_is_not_written(told) -> None:
    told.append(WORKFLOW, TrialStarted(trial_id="t-1"), workflow_type="pattern_propagation")
    with pytest.raises(PermissionDeniedError, match="that of a pattern_propagation, and what is told is of a trial"):
        told.append(WORKFLOW, TrialStarted(trial_id="t-2"))
    assert told.append(WORKFLOW, TrialStarted(trial_id="t-2"), origin=None).recorded == 1, "who opens nothing need not know"
    assert told.ask(queries.read_workflow, WORKFLOW).workflow_type == "pattern_propagation"


def test_no_record_is_opened_for_nobody(told) -> None:
    with pytest.raises(NotFoundError):
        told.append(WORKFLOW, TrialStarted(trial_id="t-1"), origin=None)


def test_nobody_can_tell_whose_an_execution_is(told) -> None:
    told.append(WORKFLOW, TrialStarted(trial_id="t-1"))
    with pytest.raises(InvalidConfigurationError):
        told.append(WORKFLOW, ReportedFact.of(WorkflowOpened(workflow_type="trial", dag_id="other", run_id="run"), key="k"))
    with pytest.raises(PermissionDeniedError):
        told.append(uuid4(), TrialStarted(trial_id="t-1"), workflow_type="system")


def test_a_fact_that_breaks_its_promise_is_refused_with_every_problem(told) -> None:
    broken = ReportedFact(event_type="trial.started", idempotency_key="k", details={"generation": "x", "resumptions": -1})
    with pytest.raises(InvalidConfigurationError) as caught:
        told.append(WORKFLOW, broken)
    assert {problem["field"] for problem in caught.value.details["problems"]} == {
        "details.trial_id",
        "details.generation",
        "details.resumptions",
    }


@pytest.mark.parametrize("figure", [float("nan"), "NaN", "Infinity"])
def test_figures_that_are_no_numbers_are_refused(told, completed_generation, figure) -> None:
    fact = ReportedFact.of(completed_generation(0))
    fact.details["generation"]["best_fitness"] = figure
    with pytest.raises(InvalidConfigurationError):
        told.append(WORKFLOW, fact)


def test_a_generation_has_its_own_key(told, completed_generation) -> None:
    with pytest.raises(InvalidConfigurationError, match="recorded once"):
        told.append(WORKFLOW, ReportedFact.of(completed_generation(0), key="another"))


def test_details_are_bounded(told) -> None:
    deep: dict = {}
    for _ in range(100):
        deep = {"a": deep}
    for details in ({"a": "x" * 300_000}, deep):
        with pytest.raises(LimitExceededError):
            told.append(WORKFLOW, ReportedFact(event_type="own.fact", idempotency_key="k", details=details))


def test_numbers_that_json_cannot_hold_cost_no_fact(told) -> None:
    odd = {"huge": 2**70, "nothing": float("nan"), "float": 1e300}
    told.append(WORKFLOW, ReportedFact(event_type="own.fact", idempotency_key="k", details=odd))
    told.append(WORKFLOW, ReportedFact(event_type="own.fact", idempotency_key="k", details=odd))
    event = _events(told)[-1]
    assert event.details == {"huge": str(2**70), "nothing": None, "float": 1e300}
    assert event.sequence == 2


def test_a_fact_of_an_unknown_type_is_kept_and_counted(told) -> None:
    told.append(WORKFLOW, ReportedFact(event_type="from.the_future", schema_version=9, idempotency_key="k", details={"a": [1]}))
    assert _events(told)[-1].details == {"a": [1]}
    assert told.ask(queries.read_workflow, WORKFLOW).unknown_events == 1


def test_generations_told_out_of_order_say_up_to_where_none_is_missing(told, completed_generation) -> None:
    assert told.append(WORKFLOW, completed_generation(0), completed_generation(3), completed_generation(2)).generation == 0
    assert told.append(WORKFLOW, completed_generation(5)).generation == 0
    assert told.append(WORKFLOW, completed_generation(1)).generation == 3
    assert told.append(WORKFLOW, completed_generation(4)).generation == 5


def test_what_happens_to_the_installation_has_one_record_of_its_own(told) -> None:
    person = Actor(kind=ActorKind.USER, name="ada", address="127.0.0.1")
    told.append_system(ServiceRegistered(service="a", kind="k", url="http://a"), actor=person)
    told.append_system(ServiceRegistered(service="b", kind="k", url="http://b"), actor=person)
    system = told.ask(record.system_workflow_id)
    assert [event.event_type for event in _events(told, system)] == ["workflow.opened", "service.registered", "service.registered"]
    assert told.ask(queries.read_workflow, system).workflow_type == "system"


def test_nothing_is_kept_without_a_commit(told, engine) -> None:
    from sqlalchemy.orm import Session

    with Session(engine) as session:
        record.append(session, WORKFLOW, [], actor=told.actor, origin=told.origin, keys=told.keys)
        session.rollback()
        assert session.execute(select(EventRow.id)).all() == []


def test_the_configuration_of_a_trial_becomes_columns_and_labels(told) -> None:
    config = {
        "name": "n",
        "objective": "sphere",
        "seed": 4,
        "population_size": 9,
        "generations": 7,
        "token_budget": None,
        "labels": {"a": "b"},
    }
    told.append(WORKFLOW, TrialValidated(trial_id="t-1", config=config, warnings=["w"]))
    told.append(WORKFLOW, TrialValidated(trial_id="t-1", config={**config, "labels": {"a": "c", "d": "e"}}))
    detail = told.ask(queries.read_workflow, WORKFLOW)
    assert (detail.name, detail.objective, detail.seed, detail.population_size, detail.generations) == ("n", "sphere", 4, 9, 7)
    assert detail.labels == {"a": "c", "d": "e"}
    assert detail.configuration["labels"] == {"a": "c", "d": "e"}
