from __future__ import annotations

import json

import pytest
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.config import TrialConfig
from dean_provider.form import given_in_form, trial_params

DEFAULTS = TrialConfig().model_dump(mode="json")


def test_every_setting_of_a_trial_has_a_field_and_only_those():
    assert set(trial_params()) == set(TrialConfig.model_fields)


def test_airflows_own_check_accepts_what_the_form_shows():
    shown = ParamsDict(trial_params()).validate()
    assert shown == DEFAULTS
    assert TrialConfig.model_validate(shown) == TrialConfig()


def test_the_very_conf_the_form_sends_is_accepted():
    """The form sends every field, defaults included, as the run's conf."""
    params = ParamsDict(trial_params())
    params.update(json.loads(json.dumps({name: param.value for name, param in trial_params().items()})))
    assert params.validate() == DEFAULTS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("population_size", 1),
        ("population_size", "many"),
        ("mutation_rate", 1.5),
        ("selection_method", "lottery"),
        ("name", "Upper Case"),
        ("token_budget", 0),
        ("pattern_seeds", [1]),
        ("labels", {"team": 5}),
        ("seed", 2**53),
    ],
)
def test_what_airflows_own_check_refuses(field, value):
    with pytest.raises(ParamValidationError):
        ParamsDict({**trial_params()}).update({field: value})


@pytest.mark.parametrize("field", ["seed", "token_budget", "fitness_threshold", "stagnation_generations", "repository"])
def test_an_optional_field_may_be_emptied_and_keeps_its_widget(field):
    param = trial_params()[field]
    assert param.resolve(None) is None
    kinds = param.schema["type"]
    assert kinds[0] == "null"
    assert len(kinds) == 2


def test_schemas_stand_by_themselves():
    """Airflow checks each param alone: nothing may refer to definitions elsewhere."""
    text = json.dumps([param.schema for param in trial_params().values()])
    assert "$ref" not in text
    assert "anyOf" not in text


def test_choices_have_words_for_each_value():
    for param in trial_params().values():
        if "enum" in param.schema:
            assert set(param.schema["values_display"]) == set(param.schema["enum"])


def test_people_are_told_what_a_field_means():
    for name, param in trial_params().items():
        assert param.description, name
        assert param.schema["section"], name


def test_an_author_may_show_other_values():
    params = trial_params({"population_size": 30, "evolution_conn_id": "other"})
    assert params["population_size"].value == 30
    assert "evolution_conn_id" not in params


@given(changed=st.sets(st.sampled_from(["population_size", "generations", "elite_size", "seed"])))
def test_only_what_was_changed_counts_as_given(changed):
    others = {"population_size": 61, "generations": 61, "elite_size": 3, "seed": 3}
    given = {name: others[name] for name in changed}
    assert given_in_form({**DEFAULTS, **given}, {}) == given


def test_what_the_form_does_not_know_is_passed_on_to_be_refused():
    assert given_in_form({**DEFAULTS, "popsize": 3, "team": "blue"}, {}, ignore={"team"}) == {"popsize": 3}
