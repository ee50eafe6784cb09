from __future__ import annotations

from uuid import uuid4

import jsonschema
import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.form import StartableDag
from dean_provider.contract.trial import ObjectiveList, Validation, ValidationProblem
from dean_provider.errors import ConfigurationError, InvalidConfigurationError, ServiceUnavailableError
from dean_provider.plugins.api.starting import TrialTask

FORM = "dean_provider.plugins.api.resources.form"
FINE = Validation(valid=True, estimated_tokens=660)


@pytest.fixture
def make_form(make_gateway, monkeypatch):
    """With one DAG that sets its own population size, and what people set for the installation."""
    dags = [StartableDag(dag_id="mine", allowed=True, values={"population_size": 30})]
    monkeypatch.setattr(f"{FORM}._startable", lambda _: dags)
    monkeypatch.setattr(f"{FORM}.trial_task", lambda _call, _dag_id: TrialTask("start", form=True, values={"population_size": 30}))
    monkeypatch.setattr("dean_provider.plugins.api.variables.read", lambda _: '{"revision": 1, "values": {"generations": 33}}')
    return lambda **answers: make_gateway(evolution={"list_objectives": ObjectiveList(objectives=[]), "validate_trial": FINE, **answers})


def test_the_form_says_what_holds_and_where_it_comes_from(make_form) -> None:
    form = make_form().get("/forms/trial", "user:viewer").json()
    assert (form["values"]["generations"], form["values"]["population_size"]) == (33, 60)
    assert form["origins"]["population_size"] == "default"
    assert "dean_config_overrides" in form["origins"]["generations"]
    assert [name for section in form["sections"] for name in section["fields"]] != []
    assert {name for section in form["sections"] for name in section["fields"]} == set(TrialConfig.model_fields)
    assert form["dags"][0]["values"] == {"population_size": 30}


def test_the_schema_stands_by_itself_and_accepts_what_the_form_shows(make_form) -> None:
    form = make_form().get("/forms/trial").json()
    assert "$ref" not in str(form["json_schema"])
    validator = jsonschema.Draft202012Validator(form["json_schema"])
    assert list(validator.iter_errors(form["values"])) == []
    for name, example in form["examples"].items():
        assert list(validator.iter_errors({name: example})) == []
    assert [error.json_path for error in validator.iter_errors({"elite_size": -1})] == ["$.elite_size"]


def test_a_form_is_shown_also_while_the_evolution_api_is_away(make_form) -> None:
    form = make_form(list_objectives=ServiceUnavailableError("It is away.")).get("/forms/trial").json()
    assert (form["objectives"], form["objectives_problem"]) == ([], "It is away.")


def test_settings_that_work_are_told_as_the_trial_would_run_and_nothing_starts(make_form) -> None:
    gateway = make_form()
    check = gateway.post("/checks/trial", {"dag_id": "mine", "config": {"seed": 5}}, "user:viewer").json()
    assert check["valid"]
    assert (check["estimated_tokens"], check["unasked"], check["problems"]) == (660, "", [])
    assert {name: check["config"][name] for name in ("seed", "population_size", "generations")} == {
        "seed": 5,
        "population_size": 30,
        "generations": 33,
    }
    assert gateway.airflow.created == []


def test_every_problem_is_told_at_once_also_between_values_of_different_layers(make_form) -> None:
    config = {"elite_size": 30, "mutation_rate": 2, "stagnation_generations": 40, "sede": 1}
    check = make_form().post("/checks/trial", {"dag_id": "mine", "config": config}).json()
    assert not check["valid"]
    problems = {one["field"]: one for one in check["problems"]}
    assert set(problems) == {"elite_size", "mutation_rate", "stagnation_generations", "sede"}
    assert "population_size (30)" in problems["elite_size"]["rule"]
    assert "29" in problems["elite_size"]["suggestion"]


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Validation(valid=False, problems=[ValidationProblem(field="objective", rule="is not registered")]), "objective"),
        (
            InvalidConfigurationError("No.", details={"status": 422, "problems": [{"field": "objective_parameters", "rule": "no"}]}),
            "objective_parameters",
        ),
    ],
)
def test_what_the_evolution_api_has_against_it_counts(make_form, answer, field) -> None:
    check = make_form(validate_trial=answer).post("/checks/trial", {"dag_id": "mine"}).json()
    assert not check["valid"]
    assert [one["field"] for one in check["problems"]] == [field]


def test_settings_are_checked_as_far_as_can_be_while_the_evolution_api_is_away(make_form) -> None:
    check = make_form(validate_trial=ServiceUnavailableError("It is away.")).post("/checks/trial", {"dag_id": "mine"}).json()
    assert (check["valid"], check["unasked"], check["estimated_tokens"]) == (True, "It is away.", None)


def test_a_forks_settings_are_its_parents_but_for_what_is_given(make_form) -> None:
    gateway = make_form()
    parent = gateway.trial(completed=True, config={"population_size": 12, "elite_size": 3})
    body = {"parent_id": str(parent), "generation": 2, "config": {"mutation_rate": 0.4}}
    check = gateway.post("/checks/trial", body).json()
    assert (check["config"]["population_size"], check["config"]["elite_size"], check["config"]["mutation_rate"]) == (12, 3, 0.4)
    (asked,) = gateway.evolution.requests("validate_trial")
    assert (asked.fork.trial_id, asked.fork.generation) == (f"t-{parent}", 2)
    assert not gateway.post("/checks/trial", {**body, "config": {"elite_size": 12}}).json()["valid"]


def test_nobody_learns_of_a_trial_or_dag_they_may_not_read(make_form) -> None:
    gateway = make_form()
    hidden = gateway.trial(dag_id="others", completed=True)
    for body in ({"parent_id": str(hidden)}, {"parent_id": str(uuid4())}, {"dag_id": "others"}):
        assert gateway.post("/checks/trial", body, "user:admin:mine").status_code == 404


def test_only_those_who_may_start_the_dag_choose_the_connection_that_is_asked_over(make_form) -> None:
    """Or whoever reads could have the server send what it knows to whatever host it knows."""
    gateway = make_form()
    parent = gateway.trial(completed=True)
    for body in ({"dag_id": "mine"}, {"parent_id": str(parent)}):
        for caller, conn_id in (("user:viewer", None), ("user:user", "billing_http")):
            gateway.conn_ids.clear()
            assert gateway.post("/checks/trial", {**body, "config": {"evolution_conn_id": "billing_http"}}, caller).status_code == 200
            assert gateway.conn_ids == [conn_id]


@pytest.mark.parametrize(
    "wrong",
    [
        ServiceUnavailableError("billing.internal:443 is away."),
        ConfigurationError("There is no connection 'billing_http'."),
        InvalidConfigurationError(
            "Connection 'billing_http' cannot be used: host.", details={"connection": "billing_http", "problems": [{}]}
        ),
    ],
)
def test_what_is_wrong_with_a_connection_is_told_to_those_who_may_read_it(make_form, wrong) -> None:
    gateway = make_form(validate_trial=wrong, list_objectives=wrong)
    for caller, told in (("user:viewer", type(wrong).title), ("user:user", type(wrong).title), ("user:op", wrong.message)):
        check = gateway.post("/checks/trial", {"dag_id": "mine", "config": {"evolution_conn_id": "billing_http"}}, caller).json()
        assert (check["unasked"], check["valid"], check["problems"]) == (told, True, [])
        assert gateway.get("/forms/trial", caller).json()["objectives_problem"] == told


def test_a_generation_without_a_parent_is_refused(make_form) -> None:
    assert make_form().post("/checks/trial", {"generation": 3}).status_code == 422
