"""What one layer takes and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from dean_provider.config.layer import layer_of, unknown


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def _endless() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        pytest.param(_deep(17), "may be nested at most 16 levels deep", id="deep"),
        pytest.param(_deep(20_000), "may be nested at most 16 levels deep", id="deeper than Python goes"),
        pytest.param(_endless(), "may be nested at most 16 levels deep", id="endless"),
        pytest.param([1] * 10_001, "may hold at most 10000 values", id="many"),
        pytest.param({"a": [float("inf")]}, "must be a finite number", id="infinite"),
        pytest.param("x" * 65_537, "must have at most 65536 characters", id="long"),
        pytest.param({"\ud800": 1}, "must be valid Unicode text", id="surrogate"),
    ],
)
def test_what_no_configuration_could_hold_is_not_looked_at(value: Any, rule: str) -> None:
    layer = layer_of({"objective_parameters": value}, lambda _: "conf")
    assert layer.given == {}
    (problem,) = layer.problems
    assert (problem.field, problem.rule, problem.origin) == ("objective_parameters", rule, "conf")
    assert len(str(problem.value)) <= 200


@pytest.mark.parametrize(
    ("key", "suggestion"),
    [
        ("populationsize", "Did you mean population_size?"),
        ("xyzzy", "`dean config show` lists every setting."),
        ("x" * 100_000, "`dean config show` lists every setting."),
        (7, "`dean config show` lists every setting."),
        ("", "`dean config show` lists every setting."),
    ],
)
def test_an_unknown_name_gets_a_close_one(key: Any, suggestion: str) -> None:
    (problem,) = layer_of({key: 1}, lambda _: "conf").problems
    assert (problem.rule, problem.suggestion) == ("is not a setting", suggestion)
    assert len(problem.field) <= 100


@pytest.mark.parametrize("key", ["AIRFLOW__DEAN__SIGNING_KEY", "AIRFLOW__DEAN__RDIS_URL", "db_password", "trial.apitoken", "redis_ulr"])
def test_what_may_be_a_secret_under_a_name_nobody_knows_is_not_shown(key: str) -> None:
    problem = unknown(key, "hunter2hunter2", "environment", ["AIRFLOW__DEAN__POLL_SECONDS", "AIRFLOW__DEAN__REDIS_URL", "redis_url"])
    assert "hunter2" not in f"{problem}{problem.value}"


def test_a_number_under_a_name_nobody_knows_is_shown() -> None:
    assert unknown("token_bugdet", 5000, "conf", ["token_budget"]).value == 5000


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("populaton_size", "Did you mean population_size?"), ("poll_seconds", "Write poll_seconds outside of trial.")],
)
def test_an_unknown_name_inside_trial_gets_a_close_one_there(name: str, suggestion: str) -> None:
    for values in ({"trial": {name: 1}}, {f"trial.{name}": 1}):
        (problem,) = layer_of(values, lambda _: "conf").problems
        assert (problem.field, problem.rule, problem.suggestion) == (name, "is not a setting of a trial", suggestion)


def test_trial_must_be_a_mapping() -> None:
    (problem,) = layer_of({"trial": 3}, lambda _: "conf").problems
    assert (problem.field, problem.rule) == ("trial", "must be a mapping of names to values")


def test_the_place_of_a_value_is_asked_for_by_its_path() -> None:
    layer = layer_of({"trial": {"seed": 1}, "poll_seconds": 2}, "/".join)
    assert {name: given.origin for name, given in layer.given.items()} == {"seed": "trial/seed", "poll_seconds": "poll_seconds"}
