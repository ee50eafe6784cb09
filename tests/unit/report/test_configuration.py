from __future__ import annotations

from dean_provider.contract.config import TrialConfig
from dean_provider.report.configuration import settings


def test_every_field_is_told_and_defaults_are_marked():
    told = {each.name: each for each in settings(TrialConfig(seed=7, generations=30, objective_parameters={"items": 100}))}
    assert list(told) == list(TrialConfig.model_fields)
    assert {name for name, each in told.items() if not each.default} == {"seed", "generations", "objective_parameters"}
    assert told["objective_parameters"].value == '{"items": 100}'
    assert told["selection_method"].value == "tournament"
    assert told["token_budget"].value == "\u2013"
    assert all(each.description for each in told.values())


def test_services_without_a_stored_configuration():
    assert settings(None) == []


def test_no_login_of_an_address_stands_in_a_report():
    """A service may keep configurations that somebody else gave it."""
    address = "https://bob:s3cretToken@git.example.org/x.git"
    told = {each.name: each.value for each in settings(TrialConfig(repository=address, objective_parameters={"source": [address]}))}
    assert told["repository"] == "https://***@git.example.org/x.git"
    assert told["objective_parameters"] == '{"source": ["https://***@git.example.org/x.git"]}'
