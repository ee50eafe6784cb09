from __future__ import annotations

import json
from types import SimpleNamespace
from uuid import UUID

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dean_provider.contract.config import TrialConfig
from dean_provider.errors import ConnectionFailedError, NotFoundError
from dean_provider.form import trial_params
from dean_provider.handle import TrialPlan
from dean_provider.hooks import run_prefix
from dean_provider.operators.identity import seed_of, trial_id
from dean_provider.operators.validation import ValidateTrialOperator
from dean_provider.triggers.task_state import correlation_of

NAMESPACE = "3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60"


@pytest.fixture(autouse=True)
def _namespace(monkeypatch):
    monkeypatch.setenv("AIRFLOW__DEAN__NAMESPACE", NAMESPACE)


@pytest.fixture
def validate(run, make_context, services):
    def act(conf=None, dag_params=None, context=None, **kwargs):
        services()
        params = {**({name: param.value for name, param in trial_params(kwargs.get("trial")).items()} if kwargs.get("form") else {})}
        declared = {**params, **(dag_params or {})}
        operator = ValidateTrialOperator(task_id="validate_trial", **kwargs)
        return TrialPlan.model_validate(
            run(
                operator,
                context or make_context("validate_trial", params={**declared, **(conf or {})}, dag=SimpleNamespace(params=declared)),
            )
        )

    return act


def test_nothing_given_is_the_default_trial(validate):
    plan = validate(form=True)
    assert plan.config == TrialConfig(seed=plan.config.seed)


def test_the_id_is_that_of_the_start_task(validate, make_context):
    context = make_context("validate_trial")
    plan = validate()
    assert plan.trial_id == trial_id(
        UUID(NAMESPACE), dag_id=context["ti"].dag_id, run_id=context["run_id"], task_id="start_evolution", map_index=-1
    )


def test_two_groups_and_two_map_indexes_are_other_trials(validate, make_context):
    ids = {
        validate(context=make_context(task, map_index=index)).trial_id
        for task in ("one.validate_trial", "two.validate_trial")
        for index in (-1, 0, 1)
    }
    assert len(ids) == 6


def test_every_try_gives_the_same_seed_and_a_given_one_is_kept(validate):
    assert validate().config.seed == validate().config.seed == seed_of(validate().trial_id)
    assert validate(trial={"seed": 5}).config.seed == 5


def test_what_a_person_gives_wins_over_what_the_author_gave(validate):
    plan = validate(form=True, trial={"population_size": 30, "generations": 5}, conf={"generations": 7})
    assert (plan.config.population_size, plan.config.generations) == (30, 7)


def test_the_form_sends_everything_and_that_counts_as_nothing(validate, monkeypatch):
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_POPULATION_SIZE", "44")
    shown = {name: param.value for name, param in trial_params().items()}
    assert validate(form=True, conf=shown).config.population_size == 44


def test_a_value_changed_back_to_the_default_in_code_counts_when_the_form_showed_another(validate):
    plan = validate(form=True, trial={"population_size": 30}, conf={"population_size": 60})
    assert plan.config.population_size == 60


def test_every_problem_at_once(validate):
    with pytest.raises(AirflowFailException) as failure:
        validate(form=True, conf={"populationsize": 3, "elite_size": 70, "generatoins": 4, "seed": -1})
    text = str(failure.value)
    for name in ("populationsize", "elite_size", "generatoins", "seed"):
        assert name in text
    assert "population_size" in text  # suggested


def test_params_of_the_dag_itself_are_no_problem(validate):
    assert validate(form=True, dag_params={"team": "blue"}, conf={"team": "red"}).config == validate(form=True).config


def test_a_param_may_hold_the_settings_of_one_of_several_trials(validate):
    plan = validate(params_key="first", dag_params={"first": {"generations": 9}, "second": {"generations": 3}})
    assert plan.config.generations == 9


def test_settings_of_the_provider_may_be_given_but_not_the_installations(validate):
    assert validate(trial={"poll_seconds": 2, "evolution_conn_id": "other"}).evolution_conn_id == "other"
    with pytest.raises(AirflowFailException, match="namespace"):
        validate(form=True, conf={"namespace": NAMESPACE})


def test_what_travels_is_small_json(validate):
    xcom = validate().to_xcom()
    assert len(json.dumps(xcom)) < 2000


def test_warns_how_a_cleared_run_drifted(run, make_context, services, make_trial, logged):
    services({"read_trial": make_trial("stopped", 3, config=TrialConfig(seed=1, generations=10))})
    drifted = {"seed": 1, "generations": 20, "objective": "gone_since"}
    plan = run(ValidateTrialOperator(task_id="validate_trial", trial=drifted), make_context("validate_trial", try_number=2))
    warned = "\n".join(line for line in logged if "ignored" in line)
    assert "generations = 10" in warned
    assert "20" in warned
    assert TrialPlan.model_validate(plan).config == TrialConfig(seed=1, generations=10)


def test_says_how_the_runs_calls_are_found_in_a_services_log(run, make_context, services, logged):
    services()
    context = make_context("validate_trial")
    run(ValidateTrialOperator(task_id="validate_trial"), context)
    begins = run_prefix(context["ti"].dag_id, context["ti"].run_id)
    assert sum(f"begins with {begins}." in line for line in logged) == 1
    assert correlation_of(make_context("await_evolution", map_index=2)).startswith(begins)


@pytest.mark.parametrize("answer", [ConnectionFailedError("refused"), NotFoundError("none")])
def test_a_service_that_cannot_be_asked_is_no_reason_to_fail(run, make_context, services, answer):
    services({"read_trial": answer})
    assert run(ValidateTrialOperator(task_id="validate_trial"), make_context("validate_trial", try_number=2))


def test_a_first_try_asks_nobody(run, make_context, services):
    evolution, _ = services()
    run(ValidateTrialOperator(task_id="validate_trial"), make_context("validate_trial"))
    assert not evolution.asked
