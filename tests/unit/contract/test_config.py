"""A trial's configuration refuses what cannot work and says why, all at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dean_provider.contract.config import SelectionMethod, TrialConfig, config_differences


def test_every_field_says_what_it_is() -> None:
    for name, field in TrialConfig.model_fields.items():
        assert field.description, name


def test_numbers_have_ranges() -> None:
    properties = TrialConfig.model_json_schema()["properties"]
    for name, schema in properties.items():
        variants = schema.get("anyOf", [schema])
        for variant in variants:
            if variant.get("type") in ("integer", "number") and name != "fitness_threshold":
                assert {"minimum", "maximum"} <= set(variant), name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"elite_size": 60}, "elite_size"),
        ({"tournament_size": 61}, "tournament_size"),
        ({"token_budget": 59}, "token_budget"),
        ({"diversity_threshold": 0.5, "intervention_target": 0.4}, "intervention_target"),
        ({"stagnation_generations": 61}, "stagnation_generations"),
    ],
)
def test_fields_that_contradict_each_other(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TrialConfig(population_size=60, generations=60, **changes)
    (problem,) = caught.value.errors()[0]["ctx"]["problems"]
    assert problem["field"] == field
    assert problem["suggestion"]


def test_every_contradiction_is_listed_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        TrialConfig(population_size=10, elite_size=10, tournament_size=11, token_budget=9)
    assert {p["field"] for p in caught.value.errors()[0]["ctx"]["problems"]} == {"elite_size", "tournament_size", "token_budget"}


def test_tournament_size_matters_to_tournaments_only() -> None:
    assert TrialConfig(population_size=4, tournament_size=50, elite_size=1, selection_method=SelectionMethod.RANK)


def test_parameters_have_a_depth() -> None:
    deep: dict[str, object] = {}
    for _ in range(10):
        deep = {"x": deep}
    with pytest.raises(ValidationError, match="levels deep"):
        TrialConfig(objective_parameters=deep)


@pytest.mark.parametrize("name", ["", "Upper", "with space", "-x", "a" * 65, "ä"])
def test_names(name: str) -> None:
    with pytest.raises(ValidationError):
        TrialConfig(name=name)


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=10)


@given(
    st.integers(2, 500).flatmap(
        lambda size: st.builds(
            TrialConfig,
            population_size=st.just(size),
            elite_size=st.integers(0, size - 1),
            tournament_size=st.integers(2, size),
            mutation_rate=st.floats(0, 1),
            seed=st.none() | st.integers(0, 2**53 - 1),
            labels=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), WORDS, max_size=3),
        )
    )
)
def test_survives_json(config: TrialConfig) -> None:
    assert TrialConfig.model_validate(json.loads(config.model_dump_json())) == config


def test_differences_name_both_sides() -> None:
    assert config_differences(TrialConfig(seed=1), TrialConfig(seed=2, elite_size=3)) == {"seed": (1, 2), "elite_size": (2, 3)}
