from __future__ import annotations

import json
import shlex
from types import SimpleNamespace
from uuid import UUID

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import ForkOrigin
from dean_provider.dags.dean_evolution_trial import dag as packaged
from dean_provider.errors import ConnectionFailedError, NotFoundError
from dean_provider.form import trial_params
from dean_provider.handle import TrialPlan
from dean_provider.hooks import run_prefix
from dean_provider.operators.identity import seed_of, trial_id
from dean_provider.operators.validation import ValidateTrialOperator
from dean_provider.report.commands import repeat
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


PARENT = TrialConfig(seed=7, generations=100, population_size=30, elite_size=4)


@pytest.fixture
def from_another(run, make_context, services, make_trial):
    """Validates a run with that conf; the services know a parent at generation 5."""

    def act(conf, try_number=1, read=None, without=(), **kwargs):
        parent = make_trial("running", 5, config=PARENT, trial_id="t-0", population_id="p-0", digest="a" * 64)
        services({"read_trial": parent if read is None else read}, evolution_without=without, indexagent_without=without)
        declared = {name: param.value for name, param in trial_params().items()}
        context = make_context("validate_trial", params={**declared, **conf}, dag=SimpleNamespace(params=declared), try_number=try_number)
        return TrialPlan.model_validate(run(ValidateTrialOperator(task_id="validate_trial", form=True, **kwargs), context))

    return act


def test_a_fork_is_the_parents_trial_but_for_what_was_given(from_another, monkeypatch):
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_POPULATION_SIZE", "44")
    plan = from_another({"fork": {"trial_id": "t-0", "generation": 3, "config": {"generations": 60}}, "mutation_rate": 0.3})
    expected = PARENT.model_copy(update={"generations": 60, "mutation_rate": 0.3})
    assert plan.config == expected
    assert plan.parent.model_dump() == {"trial_id": "t-0", "generation": 3, "population_id": "p-0", "workflow_id": None}
    assert plan.trial_id != "t-0"
    assert plan.population_id != "p-0"
    assert from_another({"fork": {"trial_id": "t-0", "workflow_id": NAMESPACE}}).parent.generation == 5


def test_the_form_with_a_fork_in_it_changes_nothing(from_another):
    shown = {name: param.value for name, param in trial_params().items()}
    assert from_another({**shown, "fork": {"trial_id": "t-0"}}).config == PARENT


@pytest.mark.parametrize(("without", "who"), [(["forks"], "Evolution API"), (["fork_population"], "IndexAgent")])
def test_services_that_cannot_fork_are_named(from_another, without, who):
    with pytest.raises(AirflowFailException, match=f"{who} cannot fork"):
        from_another({"fork": {"trial_id": "t-0"}}, without=without)


def test_a_parent_that_is_not_there_or_not_so_far_fails_at_once(from_another):
    with pytest.raises(AirflowFailException, match="no trial"):
        from_another({"fork": {"trial_id": "t-0"}}, read=NotFoundError("There is no trial 't-0'."))
    with pytest.raises(AirflowFailException, match="beyond the parent's last"):
        from_another({"fork": {"trial_id": "t-0", "generation": 6}})


def test_a_cleared_fork_keeps_the_generation_it_was_forked_at(from_another, make_trial):
    parent = make_trial("running", 9, config=PARENT, trial_id="t-0", population_id="p-0")
    stored = make_trial("stopped", 7, config=PARENT, parent=ForkOrigin(trial_id="t-0", generation=5))
    plan = from_another({"fork": {"trial_id": "t-0"}}, try_number=2, read=[parent, stored])
    assert plan.parent.generation == 5


def test_a_replay_takes_the_recorded_configuration_whatever_the_layers_say(from_another, monkeypatch):
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_POPULATION_SIZE", "44")
    plan = from_another({"replay": {"trial_id": "t-0"}})
    assert (plan.config, plan.parent) == (PARENT, None)
    assert (plan.original.trial_id, plan.original.generation, plan.original.digest) == ("t-0", 5, "a" * 64)
    with pytest.raises(AirflowFailException, match="cannot be changed in a replay"):
        from_another({"replay": {"trial_id": "t-0"}, "mutation_rate": 0.3})


@pytest.fixture
def again(from_another):
    """The plan of the run that a report's command starts, where the layers below say other things than the trial did."""

    def act(trial, reached, monkeypatch):
        monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_TOKEN_BUDGET", "8000")
        monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_POPULATION_SIZE", "44")
        monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_LABELS", '{"team": "blue"}')
        monkeypatch.setenv("AIRFLOW__DEAN__EVOLUTION_CONN_ID", "another")
        words = shlex.split(repeat(trial, reached, {"evolution_conn_id": "ours", "indexagent_conn_id": "theirs"}).command)
        assert words[:4] == ["airflow", "dags", "trigger", packaged.dag_id]
        validate = packaged.get_task("validate_trial")
        return from_another(json.loads(words[5]), trial=validate.trial)

    return act


@pytest.mark.parametrize("reached", [(5, "a" * 64), None])
@pytest.mark.parametrize("parent", [None, ForkOrigin(trial_id="t-0", generation=3)])
@pytest.mark.parametrize(
    "config",
    [
        TrialConfig(seed=7),
        PARENT,
        TrialConfig(
            seed=0, token_budget=9000, labels={"team": "it's"}, objective="sphere", objective_parameters={"dimension": 3, "bounds": None}
        ),
    ],
)
def test_the_command_in_a_report_runs_the_very_same_trial(again, make_trial, monkeypatch, config, parent, reached):
    plan = again(make_trial("completed", 5, config=config, parent=parent), reached, monkeypatch)
    assert plan.config == config
    assert (plan.evolution_conn_id, plan.indexagent_conn_id) == ("ours", "theirs")
    assert (plan.parent and (plan.parent.trial_id, plan.parent.generation)) == (parent and ("t-0", 3))
    assert (plan.original and (plan.original.generation, plan.original.digest)) == reached
