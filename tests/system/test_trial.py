"""Trials under a live Airflow, the newest and the oldest: the ways to start one. `airflow dags trigger` is the demo's."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dean_provider.contract.trial import TerminationReason, TrialStatus

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(autouse=True)
def _triggerer(live):
    live.have_triggerers(1)


@pytest.mark.parametrize("stack", ["newest"], indirect=True)
def test_every_way_to_start_a_trial(live):
    """With the very conf the form sends, on a schedule, by another DAG's asset; each tells whoever is scheduled on trials."""
    form = {name: param["value"] for name, param in live.stack.api.get(f"/dags/{live.dag_id}/details")["params"].items()}
    live.change("PATCH", "/dags/system_scheduled", {"is_paused": False})
    live.trigger("system_producer", "produce")
    live.trigger(live.dag_id, "by-form", {**form, **live.tiny("by-form")})
    limited = live.held("on-asset")["on-asset"]
    runs = {("by-form", live.dag_id): "by-form"}
    for name, dag_id in (("on-schedule", "system_scheduled"), ("on-asset", "system_on_asset")):
        listed = live.wait(lambda dag_id=dag_id: live.stack.api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"], f"{dag_id} to run")
        runs[name, dag_id] = listed[0]["dag_run_id"]
    live.task("system_on_asset", runs["on-asset", "system_on_asset"]).deferred()
    live.let_go(limited)

    reasons = {}
    for (name, dag_id), run_id in runs.items():
        assert live.end(dag_id, run_id) == "success", (name, live.stack.home)
        outcome = live.outcome(dag_id, run_id)
        (trial,) = live.trials(name)
        assert (outcome["trial_id"], outcome["digest"]) == (trial.trial_id, trial.digest)
        assert trial.status is TrialStatus.COMPLETED
        assert trial.config.tournament_size == 4, "what the environment says, though the form sent the default"
        assert Path(outcome["report"].removeprefix("file://")).exists()
        reasons[name] = trial.termination_reason
    _linked(live, live.outcome(live.dag_id, "by-form")["record"]["workflow_id"])
    done = TerminationReason.GENERATIONS
    assert reasons == {"by-form": done, "on-schedule": done, "on-asset": TerminationReason.MAX_TIME}
    ids = {live.outcome(dag_id, run_id)["trial_id"] for (_, dag_id), run_id in runs.items()}
    heard = _heard(live, ids)
    assert all(heard[trial_id]["digest"] and heard[trial_id]["status"] == "completed" for trial_id in ids)


def _linked(live, workflow_id: str) -> None:
    """The links of the form's run lead to its trial, and to its report as the gateway serves it."""
    path = f"/dags/{live.dag_id}/dagRuns/by-form/taskInstances"
    trial = f"plugin/dean/trials/{workflow_id}"
    report = f"dean/api/v1/trials/{workflow_id}/report"
    links = {
        task: live.stack.api.get(f"{path}/{task}/links")["extra_links"] for task in ("start_evolution", "await_evolution", "publish_report")
    }
    assert links == {
        "start_evolution": {"Trial": trial},
        "await_evolution": {"Trial": trial},
        "publish_report": {"Trial": trial, "Report": report},
    }
    served = live.stack.api._session.get(f"{live.stack.api.url}/{report}", timeout=30)
    assert (served.status_code, "by-form" in served.text) == (200, True)


def _heard(live, trial_ids: set[str]) -> dict[str, dict[str, Any]]:
    """What the example that is scheduled on trials was told of each of them."""
    heard: dict[str, dict[str, Any]] = {}

    def look() -> bool:
        for run in live.stack.api.get(f"/dags/{live.example}/dagRuns", state="success")["dag_runs"]:
            path = f"/dags/{live.example}/dagRuns/{run['dag_run_id']}/taskInstances/read_outcomes/xcomEntries/return_value"
            heard.update({event["trial_id"]: event for event in live.stack.api.get(path)["value"]})
        return trial_ids <= set(heard)

    live.wait(look, "every trial's asset event")
    return heard


def test_problems_are_listed_and_nothing_is_started(live):
    live.trigger(live.dag_id, "mistaken", live.tiny("mistaken", populationsize=5, elite_size=11))
    assert live.end(live.dag_id, "mistaken") == "failed"
    states = live.states(live.dag_id, "mistaken")
    assert states.pop("validate_trial") == "failed"
    assert set(states.values()) == {"upstream_failed"}
    assert live.task(live.dag_id, "mistaken", "validate_trial").now()["try_number"] == 1
    assert not live.trials("mistaken")


@pytest.mark.parametrize("stack", ["newest"], indirect=True)
def test_a_dag_is_tried_in_one_process_as_airflow_dags_test_does(live, tmp_path):
    """On a copy of the database, which no scheduler looks at. The trial is held until its trigger follows it, where no triggerer is."""
    database = tmp_path / "airflow.db"
    with closing(sqlite3.connect(live.stack.airflow_home.path / "airflow.db")) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
    conf = json.dumps(live.tiny("tried", generations=50))
    command = (
        f". {live.stack.home}/environment; export AIRFLOW_HOME={tmp_path} AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:///{database}; "
        f"exec airflow dags test {live.dag_id} -c '{conf}'"
    )
    said = tmp_path / "said"
    with said.open("wb") as output, subprocess.Popen(["sh", "-c", command], stdout=output, stderr=output) as process:
        try:
            trial = live.held("tried")["tried"]
            live.wait(lambda: f"Trial {trial.trial_id} is paused" in said.read_text(), "the trigger to follow the trial")
            live.let_go(trial)
            assert process.wait(120) == 0, said
        finally:
            process.kill()
    (trial,) = live.trials("tried")
    assert trial.status is TrialStatus.COMPLETED
    assert list(live.stack.airflow_home.reports.glob(f"tried/{trial.trial_id}.html"))
