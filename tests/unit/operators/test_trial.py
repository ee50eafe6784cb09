from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.population import Released
from dean_provider.contract.trial import ForkOrigin
from dean_provider.errors import ConflictError, ConnectionFailedError, NotFoundError, UnsupportedOperationError
from dean_provider.handle import TrialHandle
from dean_provider.operators import CompensateOperator, StartEvolutionOperator


@pytest.fixture
def start(run, make_context, plan):
    return lambda: TrialHandle.of(
        run(StartEvolutionOperator(task_id="start", plan=plan, population={"population_id": "p-1"}), make_context("start_evolution"))
    )


@pytest.fixture
def compensate(run, make_context, plan, handle):
    def act(trial="default", states=None):
        context = make_context("compensate", get_task_states=lambda **_: {"manual__2026-01-01T00:00:00+00:00": states or {}})
        given = handle() if trial == "default" else trial
        return run(CompensateOperator(task_id="compensate", plan=plan, trial=given, answers_for=["await", "publish"]), context)

    return act


@pytest.mark.parametrize("status", ["pending", "running", "paused", "completed"])
def test_starts_or_finds_the_trial_under_the_planned_id(start, services, make_trial, status):
    evolution, _ = services({"start_trial": make_trial(status, 3)})
    assert start().trial_id == "t-1"
    (request,) = evolution.requests("start_trial")
    assert (request.trial_id, request.population_id) == ("t-1", "p-1")


def test_ids_and_configuration_are_those_the_service_has(start, services, make_trial):
    stored = TrialConfig(seed=9, generations=5, on_kill="leave", pattern_policy="off", name="stored")
    services({"start_trial": make_trial("running", trial_id="17", population_id="18", config=stored)})
    found = start()
    assert (found.trial_id, found.population_id, found.name, found.generations) == ("17", "18", "stored", 5)
    assert (found.on_kill.value, found.pattern_policy.value) == ("leave", "off")


def test_a_service_that_stores_no_configuration_runs_the_planned_one(start, services, make_trial):
    services({"start_trial": make_trial("running", config=None, population_id=None)})
    found = start()
    assert (found.population_id, found.generations) == ("p-1", 60)


def test_the_configuration_stored_wins_over_one_that_drifted(start, services, make_trial, logged):
    stored = make_trial("stopped", 5, config=TrialConfig(seed=1, generations=7))
    evolution, _ = services(
        {"start_trial": [ConflictError("other configuration"), make_trial("running", 5, config=stored.config)], "read_trial": stored}
    )
    assert start().generations == 7
    again = evolution.requests("start_trial")[1]
    assert again.config == stored.config
    (warned,) = [line for line in logged if "ignored" in line]
    assert "generations = 7" in warned
    assert "60" in warned


def test_a_failed_trial_fails_at_once(start, services, make_trial):
    services({"start_trial": make_trial("failed", error="evaluation died")})
    with pytest.raises(AirflowFailException, match="evaluation died"):
        start()


@pytest.fixture
def retry(run, make_context, plan):
    """``start_evolution`` in a later try; as after a clear when that try is the first of those a clear grants."""

    def go(try_number, max_tries):
        operator = StartEvolutionOperator(task_id="start", plan=plan, population={"population_id": "p-1"}, retries=3)
        return run(operator, make_context("start_evolution", try_number=try_number, max_tries=max_tries))

    return go


def test_a_retry_leaves_a_trial_alone_that_somebody_stopped(retry, services, make_trial):
    evolution, _ = services({"read_trial": make_trial("stopped", 5)})
    with pytest.raises(AirflowFailException, match=r"stopped at generation 5.*clear this task"):
        retry(2, 3)
    assert not evolution.requests("start_trial")


@pytest.mark.parametrize("found", ["running", None])
def test_a_retry_starts_or_finds_any_other(retry, services, make_trial, found):
    stored = NotFoundError("none") if found is None else make_trial(found, 5)
    evolution, _ = services({"read_trial": stored, "start_trial": make_trial("running", 5)})
    assert retry(2, 3)["trial_id"] == "t-1"
    assert len(evolution.requests("start_trial")) == 1


def test_a_clear_resumes_it(retry, services, make_trial):
    evolution, _ = services({"start_trial": make_trial("running", 5)})
    assert retry(2, 4)["trial_id"] == "t-1"
    assert len(evolution.requests("start_trial")) == 1


def test_an_answer_that_was_lost_is_asked_for_again(start, services):
    services({"start_trial": ConnectionFailedError("reset")})
    with pytest.raises(AirflowException) as failure:
        start()
    assert not isinstance(failure.value, AirflowFailException)


@pytest.mark.parametrize("status", ["completed", "failed", "stopped"])
def test_what_has_ended_is_kept(compensate, services, make_trial, status):
    evolution, indexagent = services({"read_trial": make_trial(status, 5)}, {})
    done = compensate()
    assert not done["stopped"]
    assert not done["released"]
    assert [name for name, _ in evolution.asked] == ["read_trial"]
    assert not indexagent.asked


@pytest.mark.parametrize("status", ["pending", "running", "paused"])
def test_what_is_under_way_is_stopped(compensate, services, make_trial, status):
    evolution, _ = services({"read_trial": make_trial(status, 5), "stop_trial": make_trial("stopped", 5)})
    assert compensate()["stopped"]
    assert len(evolution.requests("stop_trial")) == 1


def test_unless_its_policy_is_to_leave_it(compensate, services, make_trial):
    evolution, _ = services({"read_trial": make_trial("running", 5, config=TrialConfig(on_kill="leave"))})
    assert not compensate()["stopped"]
    assert not evolution.requests("stop_trial")


def test_a_trial_whose_start_was_never_answered_is_stopped_too(compensate, services, make_trial):
    evolution, _ = services({"read_trial": make_trial("running", 5), "stop_trial": make_trial("stopped", 5)})
    assert compensate(trial=None)["stopped"]
    assert evolution.requests("stop_trial")[0].trial_id == "t-1"


def test_a_population_no_trial_came_to_use_is_released(compensate, services):
    _, indexagent = services({"read_trial": NotFoundError("none")}, {"release_population": Released()})
    assert compensate(trial=None)["released"]
    assert indexagent.requests("release_population")[0].population_id == "p-1"


def test_one_that_is_gone_needs_no_release(compensate, services):
    services({"read_trial": NotFoundError("none")}, {"release_population": NotFoundError("none")})
    assert not compensate(trial=None)["released"]


def test_services_that_cannot_stop_or_release_are_no_failure(compensate, services, make_trial):
    services({"read_trial": make_trial("running", 5), "stop_trial": UnsupportedOperationError("no stop")})
    compensate()
    services({"read_trial": NotFoundError("none")}, {}, indexagent_without=["release_population"])
    assert not compensate(trial=None)["released"]


@pytest.mark.parametrize("states", [{"await": "failed", "publish": "skipped"}, {"await": "success", "publish": "upstream_failed"}])
def test_a_failure_before_it_is_not_hidden(compensate, services, make_trial, states):
    """Airflow would call a run successful whose last tasks were skipped because somebody marked the run failed."""
    evolution, _ = services({"read_trial": make_trial("running", 5), "stop_trial": make_trial("stopped", 5)})
    with pytest.raises(AirflowFailException, match="told to stop"):
        compensate(states=states)
    assert evolution.requests("stop_trial")


def test_success_and_skips_are_no_failure(compensate, services, make_trial):
    services({"read_trial": make_trial("completed", 5)})
    assert compensate(states={"await": "success", "publish": "success"})


def test_a_fork_starts_where_its_population_was_forked_and_its_handle_says_so(run, make_context, plan, services, make_trial):
    evolution, _ = services({"start_trial": make_trial("running", 3)})
    parent = {"trial_id": "t-0", "generation": 5, "population_id": "p-0", "workflow_id": "3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60"}
    population = {"population_id": "p-1", "size": 60, "generation": 3}
    operator = StartEvolutionOperator(task_id="start", plan={**plan, "parent": parent}, population=population)
    found = TrialHandle.of(run(operator, make_context("start_evolution")))
    assert evolution.requests("start_trial")[0].fork.model_dump() == {"trial_id": "t-0", "generation": 3}
    assert (found.parent.generation, str(found.parent.workflow_id)) == (3, parent["workflow_id"])


def test_a_fork_that_is_there_is_asked_for_as_it_is_stored(run, make_context, plan, services, make_trial):
    origin = ForkOrigin(trial_id="t-0", generation=2)
    stored = make_trial("stopped", 4, parent=origin)
    evolution, _ = services({"start_trial": [ConflictError("fork"), make_trial("running", 4, parent=origin)], "read_trial": stored})
    parent = {"trial_id": "t-0", "generation": 5, "population_id": "p-0"}
    found = run(StartEvolutionOperator(task_id="start", plan={**plan, "parent": parent}), make_context("start_evolution"))
    assert evolution.requests("start_trial")[1].fork == origin
    assert found["parent"]["generation"] == 2
