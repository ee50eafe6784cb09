"""Every setting is described once, and Airflow is told of all of them."""

from __future__ import annotations

import json
from importlib import resources

from dean_provider.config import ProviderSettings, options, trial_options
from dean_provider.config.option import Kind
from dean_provider.contract.config import TrialConfig
from dean_provider.get_provider_info import get_provider_info

AIRFLOW_OPTIONS = get_provider_info()["config"]["dean"]["options"]


def test_names_are_unique_over_trial_and_provider() -> None:
    assert not set(TrialConfig.model_fields) & set(ProviderSettings.model_fields)
    assert len({option.airflow_name for option in options().values()}) == len(options())


def test_every_field_is_an_option() -> None:
    assert set(trial_options()) == set(TrialConfig.model_fields)
    assert set(options()) == (set(ProviderSettings.model_fields) - {"trial"}) | set(TrialConfig.model_fields)


def test_every_option_is_described_and_its_example_works() -> None:
    for option in options().values():
        assert option.description.endswith(".")
        if option.name != "trial":
            model = TrialConfig if option.trial else ProviderSettings
            model.model_validate({option.name: option.example})


def test_kinds_follow_the_types() -> None:
    kinds = {name: (option.kind, option.nullable) for name, option in options().items()}
    assert kinds["seed"] == (Kind.WHOLE, True)
    assert kinds["mutation_rate"] == (Kind.NUMBER, False)
    assert kinds["pattern_seeds"] == (Kind.LIST, False)
    assert kinds["labels"] == (Kind.MAPPING, False)
    assert kinds["on_kill"] == (Kind.TEXT, False)
    assert kinds["redis_url"] == (Kind.TEXT, True)


def test_airflow_is_told_of_every_option_and_of_no_other() -> None:
    assert set(AIRFLOW_OPTIONS) == {option.airflow_name for option in options().values()}


def test_no_option_has_a_default_for_airflow_so_that_what_it_answers_was_given() -> None:
    assert {option["default"] for option in AIRFLOW_OPTIONS.values()} == {None}


def test_airflow_knows_what_is_sensitive() -> None:
    assert {name for name, option in AIRFLOW_OPTIONS.items() if option.get("sensitive")} == {
        option.airflow_name for option in options().values() if option.secret
    }


def test_the_options_travel_with_the_package() -> None:
    assert json.loads(resources.files("dean_provider.config").joinpath("options.json").read_text()) == get_provider_info()["config"]
