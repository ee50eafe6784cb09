"""The layers together: who wins, who may set what, and every problem at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dean_provider.config import OverrideSource, Resolved, check_file, check_names, resolve
from dean_provider.errors import InvalidConfigurationError

HERE: dict[str, Any] = {"environ": {}, "airflow_option": lambda _: None}


def _problems(**arguments: Any) -> list[dict[str, Any]]:
    with pytest.raises(InvalidConfigurationError) as caught:
        resolve(**{**HERE, **arguments})
    return caught.value.details["problems"]


def test_nothing_given_is_the_defaults() -> None:
    resolved = resolve(**HERE)
    assert resolved.settings.trial.population_size == 60
    assert set(resolved.origins.values()) == {"default"}


def test_a_trial_field_may_be_written_in_three_ways() -> None:
    for overrides in ({"seed": 7}, {"trial.seed": 7}, {"trial": {"seed": 7}}):
        assert resolve(overrides, **HERE).settings.trial.seed == 7


def test_the_same_field_written_twice_is_refused() -> None:
    (problem,) = _problems(overrides={"seed": 7, "trial": {"seed": 8}})
    assert (problem["field"], problem["rule"]) == ("seed", "is given twice")


def test_the_file_that_airflow_names_is_read(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\ntrial:\n  seed: 9\n")
    resolved = resolve({"seed": 10}, environ={"AIRFLOW__DEAN__CONFIG_FILE": str(file)}, airflow_option=lambda _: None)
    assert (resolved.settings.poll_seconds, resolved.settings.trial.seed) == (2, 10)
    assert resolved.origins["poll_seconds"] == f"file {file} line 1"
    assert resolved.origins["config_file"] == "environment AIRFLOW__DEAN__CONFIG_FILE"


def test_every_problem_of_every_layer_is_listed_at_once(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("pol_seconds: 2\ntrial:\n  generations: 0\n  elite_size: 70\n")
    problems = _problems(
        config_file=file,
        environ={"AIRFLOW__DEAN__TRIAL_MUTATION_RATE": "high", "AIRFLOW__DEAN__POPULATION_SIZE": "3"},
        airflow_option=lambda name: "sometimes" if name == "trial_on_kill" else None,
        overrides={"selection_method": "turnament", "labels": {"Team A": "x"}, "stagnation_generations": 100},
    )
    found = {problem["field"]: problem for problem in problems}
    assert set(found) == {
        *("pol_seconds", "generations", "elite_size", "mutation_rate", "AIRFLOW__DEAN__POPULATION_SIZE"),
        *("on_kill", "selection_method", "labels.Team A"),
    }
    assert all(set(problem) == {"field", "value", "rule", "origin", "suggestion"} for problem in problems)
    assert found["pol_seconds"]["suggestion"] == "Did you mean poll_seconds?"
    assert found["pol_seconds"]["origin"] == f"file {file} line 1"
    assert found["AIRFLOW__DEAN__POPULATION_SIZE"]["suggestion"] == "Did you mean AIRFLOW__DEAN__TRIAL_POPULATION_SIZE?"
    assert found["generations"]["rule"] == "must be at least 1 (allowed: 1 to 100000)"
    assert found["mutation_rate"]["rule"] == "must be a number"
    assert found["on_kill"]["rule"] == "must be one of stop or leave"
    assert found["on_kill"]["origin"] == "airflow.cfg [dean] trial_on_kill"
    assert found["selection_method"]["suggestion"] == "Did you mean tournament?"


def test_rules_between_sound_values_are_checked_beside_broken_ones() -> None:
    found = {
        problem["field"]: problem for problem in _problems(overrides={"generations": "x", "elite_size": 80, "stagnation_generations": 99})
    }
    assert set(found) == {"generations", "elite_size"}  # stagnation_generations clashes with the default of generations, which nobody gave
    assert found["elite_size"]["rule"] == "elite_size (80) must be below population_size (60)"


def test_a_broken_rule_tells_where_both_values_come_from() -> None:
    problems = _problems(overrides={"population_size": 3}, environ={"AIRFLOW__DEAN__TRIAL_ELITE_SIZE": "5"})
    (problem,) = [problem for problem in problems if problem["field"] == "elite_size"]
    assert problem["origin"] == "environment AIRFLOW__DEAN__TRIAL_ELITE_SIZE; population_size: conf"


def test_settings_have_rules_between_them_too() -> None:
    (problem,) = _problems(overrides={"request_timeout_seconds": 300})
    assert problem["rule"] == "request_timeout_seconds (300) must not exceed request_deadline_seconds (120)"


def test_a_bad_value_below_a_good_one_is_still_reported(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("trial: {seed: -1}")
    (problem,) = _problems(config_file=file, overrides={"seed": 5})
    assert problem["origin"] == f"file {file} line 1"


@pytest.mark.parametrize("name", ["redis_url", "namespace", "report_uri", "config_file"])
def test_a_run_cannot_say_where_secrets_identity_and_files_live(name: str) -> None:
    (problem,) = _problems(overrides={name: "/tmp"})
    assert problem["rule"] == "belongs to the installation and cannot be set for one run"
    assert f"AIRFLOW__DEAN__{name.upper()}" in problem["suggestion"]


def test_the_command_line_may_set_everything() -> None:
    resolved = resolve({"report_uri": "/tmp"}, source=OverrideSource.COMMAND_LINE, **HERE)
    assert resolved.origins["report_uri"] == "command line"


@pytest.mark.parametrize(("value", "rule"), [("relative.yaml", "must be an absolute path"), ("/nowhere/dean.yaml", "does not exist")])
def test_a_file_that_cannot_be_read_is_a_problem(value: str, rule: str) -> None:
    (problem,) = _problems(environ={"AIRFLOW__DEAN__CONFIG_FILE": value})
    assert (problem["field"], problem["rule"]) == ("config_file", rule)


def test_a_file_cannot_name_another(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("config_file: /etc/other.yaml")
    with pytest.raises(InvalidConfigurationError, match="cannot be set in the file itself"):
        check_file(file)


@pytest.mark.parametrize("conf", [[], "x", 3])
def test_a_conf_that_is_no_mapping_is_a_problem(conf: Any) -> None:
    (problem,) = _problems(overrides=conf)
    assert problem["rule"] == "must be a mapping of names to values"


def test_a_great_many_problems_are_counted_not_listed() -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        resolve({f"unknown_{number}": number for number in range(1000)}, **HERE)
    assert len(caught.value.details["problems"]) == 100
    assert caught.value.details["omitted"] == 900
    assert len(str(caught.value)) < 3000


def test_secrets_are_shown_nowhere() -> None:
    resolved = resolve(environ={"AIRFLOW__DEAN__REDIS_URL": "redis://me:hunter2@cache:6379/0?x=hunter2"}, airflow_option=lambda _: None)
    assert resolved.settings.redis_url is not None
    assert resolved.settings.redis_url.get_secret_value().startswith("redis://me:hunter2@")
    assert resolved.display()["redis_url"] == "redis://***@cache:6379/0?***"
    assert "hunter2" not in f"{resolved!r}{resolved.settings.model_dump_json()}"


@pytest.mark.parametrize(
    "arguments",
    [
        {"environ": {"AIRFLOW__DEAN__REDIS_URL": "http://me:hunter2@cache"}},
        {"environ": {"AIRFLOW__DEAN__REDIS_URLL": "redis://me:hunter2@cache"}},
        {"airflow_option": lambda name: "hunter2" if name == "redis_url" else None},
        {"overrides": {"redis_url": "redis://:hunter2@cache"}},
        {"overrides": {"redis_uri": "hunter2"}},
        {"overrides": {"repository": ["https://me:hunter2@example.org"]}},
        {"overrides": {"repository": "https://me:hunter2@example.org/x.git"}},
        {"overrides": {"objective_parameters": {"source": ["https://hunter2@example.org"]}}},
        {"overrides": {"redis_url": {"deep": [["hunter2"] * 20_000]}}},
    ],
)
def test_secrets_are_not_in_the_problems(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        resolve(**{**HERE, **arguments})
    assert "hunter2" not in f"{caught.value} {json.dumps(caught.value.details)} {caught.value.suggestions}"


@pytest.mark.parametrize("name", ["repository", "labels", "objective_parameters"])
def test_a_trial_takes_no_login(name: str) -> None:
    """What a trial is told is recorded, travels in XComs, and stands in its report."""
    address = "https://me:hunter2@example.org/x.git"
    (problem,) = _problems(overrides={name: address if name == "repository" else {"source": address}})
    assert (problem["field"], problem["rule"]) == (name, "may hold no login in an address")
    assert "https://***@example.org/x.git" in problem["value"]
    resolve(**{**HERE, "overrides": {"repository": "ssh://git@example.org/x.git"}})


def test_a_login_in_an_address_is_not_displayed() -> None:
    for uri, seen in [("ftp://me:hunter2@host/x", "ftp://***@host/x"), ("s3://aws_default@reports/dean", "s3://aws_default@reports/dean")]:
        resolved = resolve(environ={"AIRFLOW__DEAN__REPORT_URI": uri}, airflow_option=lambda _: None)
        assert resolved.settings.report_uri == uri
        assert resolved.display()["report_uri"] == seen


def test_numbers_are_not_taken_from_true_and_false() -> None:
    (problem,) = _problems(overrides={"generations": True})
    assert problem["rule"] == "must be a whole number"


def test_display_holds_every_setting() -> None:
    resolved: Resolved = resolve(**HERE)
    assert set(resolved.display()) == set(resolved.origins)


def test_names_are_checked_without_looking_at_values() -> None:
    template = object()
    check_names({"seed": template, "trial.generations": template, "trial": {"name": template}, "poll_seconds": template}, "It")
    with pytest.raises(InvalidConfigurationError, match=r"^It has 3 problems: .*Did you mean generations\?$") as caught:
        check_names({"generation": template, "report_uri": template, "trial": {"sed": template}}, "It")
    assert [problem["field"] for problem in caught.value.details["problems"]] == ["generation", "sed", "report_uri"]
