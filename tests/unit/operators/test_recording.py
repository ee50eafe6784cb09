"""What each step tells the recorder, and that none of them minds when there is none."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from types import SimpleNamespace
from uuid import UUID

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import AppliedPatterns, DetectedPatterns, Effectiveness, Pattern
from dean_provider.contract.population import Population, Released
from dean_provider.contract.trial import ForkOrigin, GenerationPage, Validation
from dean_provider.errors import ConnectionFailedError, NotFoundError
from dean_provider.handle import Parent, RecordRef, TrialHandle, TrialPlan
from dean_provider.operators import (
    ApplyPatternsOperator,
    CompensateOperator,
    DiscoverPatternsOperator,
    InitializePopulationOperator,
    PublishReportOperator,
    StartEvolutionOperator,
    ValidateTrialOperator,
)
from dean_provider.operators.base import TrialOperator
from dean_provider.recording import tasks
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.carried import KEY, read_carried
from dean_provider.recording.recorder import Recorder

RUN_ID = "manual__2026-01-01T00:00:00+00:00"
REF = RecordRef(workflow_id=UUID(int=7), conn_id="dean_gateway_default", dag_id="dag", run_id=RUN_ID)
CONFIG = TrialConfig(seed=1)
PLAN = TrialPlan(trial_id="t-1", population_id="p-1", config=CONFIG, record=REF)
HANDLE = TrialHandle.started(PLAN, trial_id="t-1", population_id="p-1", config=CONFIG)
AWAY = ConnectionFailedError("refused")


@pytest.fixture(autouse=True)
def _recorded(monkeypatch, record, lines):
    """Whoever tells something tells it to ``record``."""
    monkeypatch.setattr(TrialOperator, "recorder", lambda _self, ref, _context: Recorder(ref, lambda: record, log=lines))
    monkeypatch.setenv("AIRFLOW__DEAN__NAMESPACE", "3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60")

    async def there(_conn_id, _log):
        return True

    monkeypatch.setattr(tasks, "is_set_up", there)


@pytest.fixture
def kinds(record):
    return lambda: [kind for kind, _, _ in record.facts.values()]


@pytest.fixture
def history(make_trial, make_generation):
    """A trial's history as the Evolution API tells it."""

    def make(status, last, **fields):
        trial = make_trial(status, last, **fields)
        return {
            "read_trial": trial,
            "progress": lambda asked: GenerationPage(
                trial=trial, generations=[make_generation(n) for n in range(asked.start, min(last, asked.start + asked.limit - 1) + 1)]
            ),
        }

    return make


def validate(run, context, **kwargs):
    return TrialPlan.model_validate(run(ValidateTrialOperator(task_id="group.validate_trial", **kwargs), context))


def test_a_valid_trial_is_requested_and_validated(run, services, make_context, record, kinds):
    services()
    plan = validate(run, make_context("group.validate_trial"), trial={"name": "mine", "objective_parameters": {"api_key": "sesame"}})
    assert kinds() == ["trial.requested", "trial.validated"]
    assert len(record.calls) == 1
    (requested,), (validated,) = record.of("trial.requested"), record.of("trial.validated")
    assert requested == {"name": "mine", "source": "airflow", "asked": {"name": "mine", "objective_parameters": {"api_key": "***"}}}
    assert (validated["trial_id"], validated["config"]["seed"]) == (plan.trial_id, plan.config.seed)
    assert validated["connections"] == {"evolution": "dean_evolution_default", "indexagent": "dean_indexagent_default"}
    origin = {"dag_id": "dag", "run_id": RUN_ID, "task_group": "group", "start_task_id": "group.start_evolution"}
    assert plan.record == RecordRef(workflow_id=UUID(plan.trial_id), conn_id="dean_gateway_default", **origin)
    assert record.calls[0].start_task_id == "group.start_evolution"


def test_a_trial_that_cannot_work_is_on_record_too(run, services, make_context, record, kinds):
    services()
    with pytest.raises(AirflowFailException):
        validate(run, make_context("group.validate_trial"), trial={"name": "mine", "population_size": 1})
    assert kinds() == ["trial.requested", "trial.failed"]
    (failed,) = record.of("trial.failed")
    assert (failed["task_id"], failed["error_code"]) == ("group.validate_trial", "invalid_configuration")
    assert "population_size" in failed["error"]


def test_without_a_recorder_nothing_is_told_and_the_plan_says_so(run, services, make_context, record, monkeypatch):
    async def nobody(_conn_id, log):
        log.info("Nothing is recorded")
        return False

    monkeypatch.setattr(tasks, "is_set_up", nobody)
    services()
    assert validate(run, make_context("validate_trial")).record is None
    assert not record.calls


def test_a_recorder_that_is_away_changes_nothing_and_its_facts_go_on_to_the_next_task(run, services, make_context, record):
    services()
    record.trouble = AWAY
    context = make_context("validate_trial")
    plan = validate(run, context)
    assert plan.record is not None
    ref, backlog = read_carried(context["ti"].pushed[KEY])
    assert ref == plan.record
    assert [fact.event_type for fact in backlog.facts] == ["trial.requested", "trial.validated"]
    assert backlog.since is not None


def test_a_population(run, services, make_context, record):
    services({"validate_trial": Validation(valid=True)}, {"create_population": Population(population_id="p-1", size=60)})
    run(InitializePopulationOperator(task_id="i", plan=PLAN.to_xcom()), make_context("initialize_population"))
    assert record.of("population.initialized") == [{"population_id": "p-1", "size": 60}]


@pytest.mark.parametrize(("try_number", "told"), [(1, 0), (4, 1)])
def test_a_step_without_which_there_is_no_trial_fails_it_with_its_last_try(run, services, make_context, record, try_number, told):
    services({"validate_trial": AWAY})
    with pytest.raises(AirflowException):
        run(InitializePopulationOperator(task_id="i", plan=PLAN.to_xcom()), make_context("initialize_population", try_number=try_number))
    assert len(record.of("trial.failed")) == told


@pytest.mark.parametrize(("status", "told"), [("running", 1), ("pending", 1), ("paused", 1), ("completed", 0), ("stopped", 0)])
def test_a_trial_is_started(run, services, make_context, make_trial, record, status, told):
    services({"read_trial": NotFoundError("none"), "start_trial": make_trial(status, 4, resumptions=2)})
    run(StartEvolutionOperator(task_id="s", plan=PLAN.to_xcom()), make_context("start_evolution", try_number=2))
    expected = {"trial_id": "t-1", "population_id": "p-1", "generation": 4, "resumptions": 2, "try_number": 2}
    assert record.of("trial.started") == [expected] * told


def test_a_fork_is_one_on_record(run, services, make_context, make_trial, record):
    parent = Parent(trial_id="t-0", generation=9, population_id="p-0", workflow_id=UUID(int=3))
    services({"start_trial": make_trial("running", 8, parent=ForkOrigin(trial_id="t-0", generation=8))})
    plan = PLAN.model_copy(update={"parent": parent}).to_xcom()
    run(StartEvolutionOperator(task_id="s", plan=plan), make_context("start_evolution"))
    assert record.of("trial.forked") == [{"parent_id": str(UUID(int=3)), "child_id": str(UUID(int=7)), "generation": 8}]


def test_a_trial_that_has_failed_is_on_record_as_failed(run, services, make_context, make_trial, record):
    services({"start_trial": make_trial("failed", 4, error="boom")})
    with pytest.raises(AirflowFailException):
        run(StartEvolutionOperator(task_id="s", plan=PLAN.to_xcom()), make_context("start_evolution"))
    assert record.of("trial.failed")[0]["error"] == "boom"


def test_patterns_found_refused_and_applied(run, services, make_context, make_trial, record, kinds):
    nil = Effectiveness(mean=0.5, low=-0.1, high=1.1, agents=60)
    harm = Effectiveness(mean=-0.5, low=-0.9, high=-0.1, agents=60)
    patterns = [Pattern(pattern_id="a", description="good"), Pattern(pattern_id="b"), Pattern(pattern_id="c")]
    services(
        {
            "read_trial": make_trial("completed", 5),
            "store_pattern": lambda asked: asked.pattern.model_copy(update={"trial_id": "t-1"}),
            "measure_pattern": [
                Pattern(pattern_id="a", status="accepted"),
                Pattern(pattern_id="b", status="refused", effectiveness=nil),
                Pattern(pattern_id="c", status="refused", effectiveness=harm),
            ],
            "apply_patterns": AppliedPatterns(
                trial_id="t-1",
                pattern_ids=["a"],
                population_id="p-2",
                agents=9,
                mean_fitness_before=1,
                mean_fitness_after=2,
                best_fitness_before=3,
                best_fitness_after=4,
                tokens_used=5,
            ),
        },
        {"detect_patterns": DetectedPatterns(patterns=patterns, tests=9)},
    )
    found = run(DiscoverPatternsOperator(task_id="d", trial=HANDLE.to_xcom()), make_context("discover_patterns"))
    assert found["tests"] == 9
    found["patterns"][0]["status"] = "accepted"
    run(ApplyPatternsOperator(task_id="a", trial=HANDLE.to_xcom(), discovered=found), make_context("apply_patterns"))
    assert Counter(kinds()) == {"pattern.applied": 1, "pattern.discovered": 3, "pattern.refused": 2}
    refused = {fact["pattern_id"]: (fact["effectiveness"]["low"], fact["reason"]) for fact in record.of("pattern.refused")}
    assert refused == {"b": (-0.1, "its measured effect may be nil"), "c": (-0.9, "its measured effect is harmful")}
    assert record.of("pattern.applied")[0]["tokens_used"] == 5


@pytest.fixture
def publish(run, services, make_context, history, tmp_path):
    def act(status="completed", last=5, states=None, **options):
        unverified = {"verify_trial": NotFoundError("none")}
        services({**history(status, last, digest="d" * 64), **unverified}, {"read_lineage": NotFoundError("none")})
        context = make_context("publish_report", get_task_states=lambda **_: {RUN_ID: states or {}})
        operator = PublishReportOperator(
            task_id="publish_report", trial=HANDLE.to_xcom(), report_uri=tmp_path.as_uri(), awaits=["await_evolution"], **options
        )
        return run(operator, context), context

    return act


def test_a_published_report_holds_the_head_of_the_record(publish, record, kinds, tmp_path, logged):
    publish()
    assert kinds() == ["trial.completed", *["generation.completed"] * 6, "report.published"]
    (report,) = tmp_path.rglob("*.html")
    assert "7:hash-7" in report.read_text()
    assert str(UUID(int=7)) in report.read_text()
    published = record.of("report.published")[0]
    assert (published["uri"], published["digest"]) == (report.as_uri(), "d" * 64)
    assert "Record head: 8:hash-8" in [line % () for line in logged if line.startswith("Record head")]


def test_the_report_of_a_trial_that_did_not_succeed_is_on_record_too(publish, record):
    with pytest.raises(AirflowFailException):
        publish("stopped", 3, states={"await_evolution": "failed"})
    assert len(record.of("report.published")) == 1
    assert "await_evolution did not succeed" in record.of("trial.cancelled")[0]["reason"]


def test_without_a_recorder_the_report_says_nothing_of_a_record(publish, record, tmp_path):
    record.trouble = AWAY
    publish()
    (report,) = tmp_path.rglob("*.html")
    assert "Record head" not in report.read_text()


@pytest.fixture
def compensate(run, services, make_context):
    def act(evolution, states=None, indexagent=None, **context_parts):
        services(evolution, indexagent or {"release_population": Released(population_id="p-1")})
        context = make_context("compensate", get_task_states=lambda **_: {RUN_ID: states or {}}, **context_parts)
        operator = CompensateOperator(
            task_id="compensate", plan=PLAN.to_xcom(), trial=None, answers_for=["start_evolution", "await_evolution"]
        )
        return run(operator, context)

    return act


def test_after_a_good_run_one_call_completes_the_record(compensate, history, record, kinds, run, services, make_context):
    compensate(history("completed", 5))
    record.calls.clear()
    compensate(history("completed", 5))
    assert len(record.calls) == 1
    assert kinds()[:2] == ["trial.compensated", "trial.completed"]
    assert record.generations == list(range(6))


def test_a_run_without_a_trial_has_failed(compensate, record, kinds):
    with pytest.raises(AirflowFailException):
        compensate({"read_trial": NotFoundError("none")}, {"start_evolution": "failed", "await_evolution": "upstream_failed"})
    assert kinds() == ["trial.compensated", "trial.failed"]
    assert record.of("trial.failed")[0]["task_id"] == "start_evolution"
    assert record.of("trial.compensated")[0]["released"] is True


def test_a_trial_it_stops_is_cancelled_on_record_with_its_whole_history(compensate, history, make_trial, record, monkeypatch):
    monkeypatch.setattr("dean_provider.operators.trial.STOPPING_PAUSES", (0, 0, 0))
    ended = history("stopped", 9, digest="d", config=CONFIG)
    reads = [make_trial("running", 7, config=CONFIG), make_trial("running", 8, config=CONFIG), ended["read_trial"]]
    with pytest.raises(AirflowFailException):
        compensate(
            {"read_trial": reads, "stop_trial": make_trial("running", 7), "progress": ended["progress"]}, {"await_evolution": "failed"}
        )
    assert record.generations == list(range(10))
    (cancelled,) = record.of("trial.cancelled")
    assert (cancelled["generation"], cancelled["reason"]) == (9, "await_evolution did not succeed")


def test_a_trial_left_alone_has_no_end_on_record(compensate, history, record, kinds):
    compensate(history("running", 3, config=TrialConfig(seed=1, on_kill="leave")))
    assert set(kinds()) == {"trial.compensated", "generation.completed"}


@pytest.fixture
def chain():
    """Three tasks in a row, and one beside."""
    with DAG("dag", schedule=None) as dag:
        first, second, third = (StartEvolutionOperator(task_id=name, plan=None) for name in ("first", "second", "third"))
        last = CompensateOperator(task_id="last", plan=PLAN.to_xcom())
        first >> second >> third >> last
        first >> third
    return dag


@pytest.mark.parametrize(("task_id", "asked"), [("first", []), ("second", ["first"]), ("third", ["second"]), ("last", None)])
def test_each_task_takes_over_from_the_nearest_and_the_last_from_all(chain, services, history, make_context, record, task_id, asked):
    services({**history("completed", 2), "start_trial": AWAY})
    pulled = []
    context = make_context(task_id)
    context["ti"] = SimpleNamespace(**vars(context["ti"]), xcom_pull=lambda task_ids, **_: pulled.append(task_ids))
    operator = chain.task_dict[task_id]
    operator.plan = PLAN.to_xcom()
    with contextlib.suppress(AirflowException):
        operator.execute(context)
    assert pulled == (asked if asked is not None else ["first", "second", "third"])


def test_what_was_handed_on_is_told_before_anything_else(chain, services, make_trial, make_context, record, kinds):
    services({"read_trial": make_trial("running", 1), "start_trial": make_trial("running", 1)})
    context = make_context("second")
    record.trouble = AWAY
    other = chain.task_dict["first"]
    other.plan = PLAN.to_xcom()
    first = make_context("first")
    other.execute(first)
    record.trouble = None
    carried = first["ti"].pushed[KEY]
    context["ti"] = SimpleNamespace(**vars(context["ti"]), xcom_pull=lambda key, **_: carried if key == KEY else None)
    context["ti"].try_number = 2
    operator = chain.task_dict["second"]
    operator.plan = PLAN.to_xcom()
    operator.execute(context)
    assert kinds() == ["trial.started", "trial.started", "recorder.missed"]
    assert [started["try_number"] for started in record.of("trial.started")] == [1, 2]


def test_what_another_trial_could_not_tell_is_not_ours_to_tell(chain, services, make_trial, make_context, record, kinds):
    services({"start_trial": make_trial("running", 1)})
    other = REF.model_copy(update={"workflow_id": UUID(int=99)})
    carried = json.dumps({"ref": other.model_dump(mode="json"), "backlog": Backlog(since="2026-01-01T00:00:00Z").as_json()})
    context = make_context("second")
    context["ti"] = SimpleNamespace(**vars(context["ti"]), xcom_pull=lambda **_: carried)
    operator = chain.task_dict["second"]
    operator.plan = PLAN.to_xcom()
    operator.execute(context)
    assert kinds() == ["trial.started"]


def test_airflow_that_cannot_be_asked_what_was_left_is_no_reason_to_fail(chain, services, make_trial, make_context, kinds):
    services({"start_trial": make_trial("running", 1)})

    def broken(**_):
        raise RuntimeError("no")

    context = make_context("second")
    context["ti"] = SimpleNamespace(**vars(context["ti"]), xcom_pull=broken)
    operator = chain.task_dict["second"]
    operator.plan = PLAN.to_xcom()
    operator.execute(context)
    assert kinds() == ["trial.started"]
