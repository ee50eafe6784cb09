"""What people set while the installation runs: below the environment, above the file, and never more than they may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dean_provider.config import resolve
from dean_provider.config.stored import ORIGIN, stored_layer
from dean_provider.errors import InvalidConfigurationError

HERE: dict[str, Any] = {"environ": {}, "airflow_option": lambda _: None}


def _stored(**values: Any) -> Any:
    return lambda: json.dumps({"revision": 1, "values": values})


def test_it_wins_over_the_file_and_loses_to_the_environment_and_a_runs_conf(tmp_path: Path) -> None:
    file = tmp_path / "dean.yaml"
    file.write_text("poll_seconds: 2\nfailure_tolerance: 3\ntrial:\n  generations: 9\n  seed: 1\n")
    resolved = resolve(
        {"seed": 4},
        environ={"AIRFLOW__DEAN__CONFIG_FILE": str(file), "AIRFLOW__DEAN__FAILURE_TOLERANCE": "5"},
        airflow_option=lambda _: None,
        stored=_stored(poll_seconds=1, failure_tolerance=4, trial={"generations": 10, "seed": 2}),
    )
    settings = resolved.settings
    assert (settings.poll_seconds, settings.failure_tolerance, settings.trial.generations, settings.trial.seed) == (1, 5, 10, 4)
    assert resolved.origins["poll_seconds"] == ORIGIN


def test_settings_of_the_installation_cannot_be_set_there() -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        resolve(**HERE, stored=_stored(report_uri="/tmp/elsewhere", redis_url="redis://u:secret@host/0"))
    assert {problem["field"] for problem in caught.value.details["problems"]} == {"report_uri", "redis_url"}
    assert "secret" not in json.dumps(caught.value.details)


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_variable_is_no_layer(text: str | None) -> None:
    layer = stored_layer(text)
    assert not layer.given
    assert not layer.problems


@pytest.mark.parametrize(
    "text", ["{", "[]", '"x"', '{"values": 3}', "{}", "[" * 100_000, '{"values": {"poll_seconds": "' + "1" * 300_000 + '"}}']
)
def test_a_variable_that_is_no_configuration_is_one_problem_and_no_crash(text: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        resolve(**HERE, stored=lambda: text)
    (problem,) = caught.value.details["problems"]
    assert problem["field"] == "dean_config_overrides"


def test_outside_of_a_running_task_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import Variable

    monkeypatch.setattr(Variable, "get", lambda *_, **__: pytest.fail("asked"))
    assert resolve(**HERE).origins["poll_seconds"] == "default"


def test_a_running_task_asks_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    import airflow.sdk
    import airflow.sdk.execution_time.task_runner

    monkeypatch.setattr(airflow.sdk, "get_current_context", dict)
    monkeypatch.setattr(airflow.sdk.Variable, "get", lambda key, default=None: json.dumps({"values": {"poll_seconds": 7}}))
    assert resolve(**HERE).settings.poll_seconds == 7
