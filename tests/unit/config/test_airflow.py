"""Airflow's layer: what counts as given, and that a look at it leaves no trace."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dean_provider.config.airflow import airflow_layer, installed_airflow

RESOLVE = """
import json, sys
from dean_provider.config import resolve
from dean_provider.errors import InvalidConfigurationError
try:
    resolved = resolve()
    origins = {n: [v, resolved.display()[n]] for n, v in resolved.origins.items() if v != "default"}
    secret = resolved.settings.redis_url and resolved.settings.redis_url.get_secret_value()
    print(json.dumps({"origins": origins, "airflow": "airflow" in sys.modules, "secret": secret}))
except InvalidConfigurationError as error:
    print(json.dumps(error.details["problems"]))
"""


def _resolve_in(home: Path, **environ: str) -> Any:
    """What a fresh process resolves with ``home`` as its user's home, without any Airflow setting of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN"))}
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE], env={**clean, "HOME": str(home), **environ}, capture_output=True, text=True, check=True, cwd=home
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_without_an_airflow_nothing_is_imported_and_nothing_is_created(tmp_path: Path) -> None:
    assert _resolve_in(tmp_path) == {"origins": {}, "airflow": False, "secret": None}
    assert list(tmp_path.rglob("*")) == []


def test_the_environment_alone_needs_no_airflow(tmp_path: Path) -> None:
    found = _resolve_in(tmp_path, AIRFLOW__DEAN__TRIAL_POPULATION_SIZE="30", FOLDER="reports", AIRFLOW__DEAN__REPORT_URI="~/$FOLDER")
    assert found["origins"] == {
        "population_size": ["environment AIRFLOW__DEAN__TRIAL_POPULATION_SIZE", 30],
        "report_uri": ["environment AIRFLOW__DEAN__REPORT_URI", f"{tmp_path}/reports"],
    }
    assert list(tmp_path.rglob("*")) == []


def test_airflow_cfg_speaks_through_airflow_and_options_at_their_default_do_not(tmp_path: Path) -> None:
    home = tmp_path / "airflow"
    home.mkdir()
    cfg = "[dean]\npoll_seconds = 2\ntrial_seed = 5\ntrial_labels =\nredis_url_cmd = echo redis://:hunter2@cache/0\n"
    (home / "airflow.cfg").write_text(cfg)
    found = _resolve_in(tmp_path, AIRFLOW__DEAN__TRIAL_SEED="6")
    assert found["origins"] == {
        "poll_seconds": ["airflow.cfg [dean] poll_seconds", 2.0],
        "redis_url": ["airflow.cfg [dean] redis_url", "redis://***@cache/0"],
        "seed": ["environment AIRFLOW__DEAN__TRIAL_SEED", 6],
    }
    assert found["secret"] == "redis://:hunter2@cache/0"
    assert (home / "airflow.cfg").read_text() == cfg


def test_a_mistake_in_airflow_cfg_is_a_problem(tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "my.cfg").write_text("[dean]\ntrial_nmae = x\ntrial_repository = https://:p%1@host\npoll_seconds = never\n")
    problems = _resolve_in(tmp_path, AIRFLOW_CONFIG=str(home / "my.cfg"))
    found = {problem["field"]: problem for problem in problems}
    assert found["trial_nmae"]["suggestion"] == "Did you mean trial_name?"
    assert found["repository"]["rule"] == "cannot be read by Airflow"
    assert found["repository"]["suggestion"] == "In airflow.cfg a percent sign is written %%."
    assert found["poll_seconds"]["rule"] == "must be a number"
    assert "p%1" not in json.dumps(problems)


def test_an_airflow_cfg_with_which_airflow_cannot_start_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "my.cfg").write_text("[dean]\nredis_url = redis://:p%1@cache\n")
    (problem,) = _resolve_in(tmp_path, AIRFLOW_CONFIG=str(tmp_path / "my.cfg"))
    assert (problem["field"], problem["origin"]) == ("airflow.cfg", f"file {tmp_path}/my.cfg")
    assert "p%1" not in json.dumps(problem)


def test_a_secret_may_come_from_a_command_in_the_environment(tmp_path: Path) -> None:
    found = _resolve_in(tmp_path, AIRFLOW__DEAN__REDIS_URL_CMD="echo redis://:hunter2@cache/0")
    assert found["secret"] == "redis://:hunter2@cache/0"
    assert found["origins"]["redis_url"][0] == "environment AIRFLOW__DEAN__REDIS_URL_CMD"


def test_only_secrets_may_come_from_a_command() -> None:
    layer = airflow_layer({"AIRFLOW__DEAN__POLL_SECONDS_CMD": "echo 1"}, None)
    assert [problem.field for problem in layer.problems] == ["AIRFLOW__DEAN__POLL_SECONDS_CMD"]


def test_an_empty_variable_gives_nothing() -> None:
    assert airflow_layer({"AIRFLOW__DEAN__TRIAL_SEED": " "}, None).given == {}


def test_none_unsets_what_may_be_empty() -> None:
    layer = airflow_layer({"AIRFLOW__DEAN__TRIAL_TOKEN_BUDGET": "none"}, None)
    assert layer.given["token_budget"].value is None


def test_an_error_of_airflow_that_is_no_mistake_of_the_user_is_not_hidden() -> None:
    def broken(_: str) -> str:
        raise RuntimeError("Airflow fell over")

    with pytest.raises(RuntimeError, match="fell over"):
        airflow_layer({}, broken)


def test_text_that_airflow_cfg_forbids_is_a_problem() -> None:
    def percent(name: str) -> str | None:
        if name == "redis_url":
            raise configparser.InterpolationSyntaxError("redis_url", "dean", "bad %")
        return None

    (problem,) = airflow_layer({}, percent).problems
    assert (problem.field, problem.value) == ("redis_url", None)


def test_airflow_is_left_alone_without_its_file(tmp_path: Path) -> None:
    assert installed_airflow({"AIRFLOW_HOME": str(tmp_path)}) is None
    assert installed_airflow({"AIRFLOW_CONFIG": str(tmp_path / "airflow.cfg")}) is None
