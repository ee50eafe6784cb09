"""Trials under a live Airflow, the newest and the oldest: the ways to start one. `airflow dags trigger` is the demo's."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dean_provider.contract.trial import TerminationReason, TrialStatus
from dean_provider.hooks import correlation_id
from tests.listeners import told
from tests.system.conftest import NEWEST

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(autouse=True)
def _triggerer(live):
    live.have_triggerers(1)


@NEWEST
def test_every_way_to_start_a_trial(live, collector, statsd):
    """With the very conf the form sends, on a schedule, by another DAG's asset; each tells whoever is scheduled on trials.

    One of them is looked for in the spans, statistics and log lines of every process that had to do with it.
    """
    form = {name: param["value"] for name, param in live.stack.api.get(f"/dags/{live.dag_id}/details")["params"].items()}
    live.change("PATCH", "/dags/system_scheduled", {"is_paused": False})
    live.trigger("system_producer", "produce")
    live.trigger(live.dag_id, "by-form", {**form, **live.tiny("by-form")})
    limited = live.held("on-asset")["on-asset"]
    runs = {("by-form", live.dag_id): "by-form"}
    for name, dag_id in (("on-schedule", "system_scheduled"), ("on-asset", "system_on_asset")):
        listed = live.wait(lambda dag_id=dag_id: live.stack.api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"], f"{dag_id} to run")
        runs[name, dag_id] = listed[0]["dag_run_id"]
    job = live.task("system_on_asset", runs["on-asset", "system_on_asset"]).deferred()
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
    run_id = runs["on-asset", "system_on_asset"]
    _lines_say_whose_they_are(live, run_id, limited.trial_id, job)
    _one_trace_has_it_all(live, collector, run_id, limited.trial_id)
    _counted(statsd)


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


def _lines_say_whose_they_are(live, run_id: str, trial_id: str, job: int) -> None:
    """On the worker and in the triggerer."""
    waiting = live.task("system_on_asset", run_id)
    written = {"worker": waiting.log(), "triggerer": waiting.trigger_log(job)}
    for where, text in written.items():
        lines = [line for line in map(json.loads, text.splitlines()) if trial_id in line["event"]]
        assert lines, (where, text)
        for line in lines:
            assert line["trial_id"] == trial_id, (where, line)
            assert (line["dag_id"], line["run_id"]) == ("system_on_asset", run_id)
            same = correlation_id("system_on_asset", run_id, "await_evolution", -1)
            assert line["correlation_id"] == line["request_id"] == same
            assert {"workflow_id", "timestamp", "level"} <= set(line)


def _one_trace_has_it_all(live, collector, run_id: str, trial_id: str) -> None:
    """Steps and calls of the tasks and of the trigger, and what the gateway did for them, below Airflow's own spans of the run."""

    def of_run() -> list[Any]:
        spans = collector.spans()
        traces = {span.trace_id for span in spans if told(span).get("airflow.dag_run.run_id") == run_id}
        assert len(traces) <= 1
        return [span for span in spans if span.trace_id in traces]

    def names() -> set[str]:
        return {span.name for span in of_run()}

    last = {"worker.publish_report", "dean.PublishReportOperator", "worker.start_evolution", "trigger.await_evolution", "dean.TrialTrigger"}
    live.wait(lambda: last <= names(), "the run's spans", 30)
    spans = of_run()
    by_id = {span.span_id: span for span in spans}
    below = {(by_id[span.parent_span_id].name, span.name): told(span) for span in spans if span.parent_span_id in by_id}
    step, wait = below["worker.start_evolution", "dean.StartEvolutionOperator"], below["trigger.await_evolution", "dean.TrialTrigger"]
    started = below["dean.StartEvolutionOperator", "dean.call evolution.start_trial"]
    looked = below["dean.TrialTrigger", "dean.call evolution.list_generations"]
    for attributes in (step, wait, started, looked):
        assert attributes["dean.trial_id"] == trial_id
    assert wait["dean.correlation_id"] == correlation_id("system_on_asset", run_id, "await_evolution", -1)
    recorded = {kind.string_value for span in spans if span.name == "dean.record" for kind in told(span)["dean.events"].values}
    assert {"trial.started", "generation.completed", "trial.completed"} <= recorded
    callers = {above for above, name in below if name == "dean.request"}
    assert callers
    assert all(above.startswith("dean.call gateway.") for above in callers)
    assert {above for above, name in below if name == "dean.record"} == {"dean.request"}
    assert {span.trace_id for span in collector.spans() if told(span).get("dean.trial_id") == trial_id} == {spans[0].trace_id}


def _counted(statsd) -> None:
    """By the tasks and the triggerer, by the API server's gateway and by its watching."""
    kinds = {name.removeprefix("airflow."): kind for name, (kind, _) in statsd.heard.items() if name.startswith("airflow.dean.")}
    assert kinds["dean.call.duration.evolution.start_trial"] == "ms", "from a task"
    assert kinds["dean.call.duration.evolution.list_generations"] == "ms", "from a trigger"
    assert kinds["dean.record.append"] == "ms"
    assert kinds["dean.events.trial.started"] == kinds["dean.events.generation.completed"] == "c"
    assert kinds["dean.service.up.evolution"] == kinds["dean.trials"] == "g"


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


@NEWEST
def test_a_long_write_of_another_ends_nothing(live):
    """SQLite lets one process write at a time; Airflow's scheduler would end after the five seconds that Python waits."""
    scheduler = live.stack.component("scheduler")
    with closing(sqlite3.connect(live.stack.airflow_home.path / "airflow.db", isolation_level=None, timeout=60)) as database:
        database.execute("BEGIN IMMEDIATE")
        scheduler.signal(signal.SIGSTOP)  # while it cannot be writing itself
        database.execute("COMMIT")
        live.trigger(live.dag_id, "patient", live.tiny("patient"))
        database.execute("BEGIN IMMEDIATE")
        scheduler.signal(signal.SIGCONT)  # the first it does is to start the run
        live.stack.pause(8)
        database.execute("COMMIT")
    assert live.end(live.dag_id, "patient") == "success"


@NEWEST
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
