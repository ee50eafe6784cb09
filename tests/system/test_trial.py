"""Trials under a live Airflow, the newest and the oldest: every way to start one, and everything that may happen to one that waits."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dean_provider
from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import ListTrials, Trial, TrialRef, TrialStatus
from dean_provider.errors import ServiceFailureError
from dean_provider.local.stack import Stack

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(600)]

DAG_ID = "dean_evolution_trial"
EXAMPLE = Path(dean_provider.__file__).parent / "example_dags" / "dean_example_after_trial.py"
THRESHOLD_SECONDS = 8
SETTINGS = {
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": str(THRESHOLD_SECONDS),
    "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__DEAN__POLL_SECONDS": "1",
}
TINY = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 5, "pattern_policy": "off"}
ENDLESS = {**TINY, "generations": 100_000}


class Live:
    """A running Airflow with its services, and what the tests ask of them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def wait(self, ready: Callable[[], Any], what: str, timeout: float = 90.0) -> Any:
        found: list[Any] = []

        def look() -> bool:
            found[:] = [ready()]
            return bool(found[0])

        self.stack.wait_for(look, what, timeout=timeout)
        return found[0]

    # -- runs

    def change(self, method: str, path: str, json: dict[str, Any]) -> None:
        """A write through the REST API; Airflow answers 500 when SQLite is locked by its other parts at that moment."""

        def attempt() -> bool:
            try:
                self.stack.api.call(method, path, json=json)
            except ServiceFailureError as error:
                if error.details["status"] not in (409, 500):
                    raise
                return error.details["status"] == 409  # it had been done
            return True

        self.wait(attempt, f"{method} {path}", 30)

    def trigger(self, dag_id: str, run_id: str, conf: dict[str, Any] | None = None) -> None:
        self.change("POST", f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": conf or {}})

    def run_state(self, dag_id: str, run_id: str) -> str:
        return str(self.stack.api.get(f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def end(self, dag_id: str, run_id: str) -> str:
        states = ("success", "failed")
        return str(self.wait(lambda: (state := self.run_state(dag_id, run_id)) in states and state, f"run {run_id} to end", 120))

    def task(self, run_id: str, task_id: str) -> dict[str, Any]:
        return dict(self.stack.api.get(f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}"))

    def states(self, run_id: str) -> dict[str, str]:
        listed = self.stack.api.get(f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {item["task_id"]: item["state"] for item in listed}

    def mark(self, run_id: str, task_id: str, state: str) -> None:
        self.change("PATCH", f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}", {"new_state": state})

    def outcome(self, dag_id: str, run_id: str) -> dict[str, Any]:
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/publish_report/xcomEntries/return_value"
        return dict(self.stack.api.get(path)["value"])

    def deferred(self, run_id: str, try_number: int = 1) -> int:
        """Wait until a trigger follows the trial, and say in which triggerer: its job's id."""

        return int(self.wait(lambda: self._job(run_id, try_number), f"{run_id} to be waited for"))

    def _job(self, run_id: str, try_number: int = 1) -> int:
        found = self.task(run_id, "await_evolution")
        there = found["state"] == "deferred" and found["try_number"] == try_number
        job = int((found["triggerer_job"] or {}).get("id") or 0) if there else 0
        return job if job and "Trial " in self.trigger_log(run_id, job) else 0

    def trigger_log(self, run_id: str, job: int) -> str:
        """What the trigger of ``run_id`` wrote in the triggerer with that job."""
        folder = self.stack.airflow_home.path / "logs"
        files = folder.glob(f"dag_id={DAG_ID}/run_id={run_id}/task_id=await_evolution/*.trigger.{job}.log")
        return "".join(file.read_text() for file in files)

    # -- trials

    def trials(self, name: str) -> list[Trial]:
        return self.stack.evolution.call(evolution.LIST_TRIALS, ListTrials(name=name)).trials

    def running(self, name: str, generation: int = 1) -> Trial:
        """Wait until the only trial called ``name`` runs and has come so far."""

        def look() -> Trial | None:
            found = self.trials(name)
            assert len(found) <= 1
            return found[0] if found and found[0].status is TrialStatus.RUNNING and found[0].current_generation >= generation else None

        trial: Trial = self.wait(look, f"trial {name} to run")
        return trial

    def stopped(self, name: str) -> Trial:
        trial: Trial = self.wait(
            lambda: next((t for t in self.trials(name) if t.status is TrialStatus.STOPPED), None), f"{name} to be stopped"
        )
        return trial

    # -- triggerers

    def add_triggerer(self, name: str) -> None:
        self.stack.supervisor.start(self.stack.airflow_home.command("triggerer", "--skip-serve-logs", name=name))

    def triggerers(self) -> list[int]:
        """Jobs of the living triggerers, in the order they began."""
        return sorted(int(job["id"]) for job in self.stack.api.get("/jobs", job_type="TriggererJob", is_alive="true")["jobs"])

    def taken_from(self, run_id: str, job: int) -> int:
        """Wait until another triggerer than that with ``job`` follows the trial."""
        return int(self.wait(lambda: (now := self._job(run_id)) != job and now, f"another triggerer to take {run_id}", 60))


@pytest.fixture(scope="module", params=["newest", "oldest"])
def live(request: pytest.FixtureRequest, build_stack: Callable[..., Stack]) -> Iterator[Live]:
    options = {} if request.param == "newest" else {"airflow_python": request.getfixturevalue("oldest_python")}
    stack = build_stack(env=SETTINGS, **options)
    (stack.home / "dags").mkdir(exist_ok=True)
    shutil.copy(EXAMPLE, stack.home / "dags")
    with stack:
        for dag_id in (DAG_ID, "system_on_asset", "system_producer", "system_scheduled", EXAMPLE.stem):
            stack.wait_for_dag(dag_id)
        yield Live(stack)


@pytest.mark.parametrize("live", ["newest"], indirect=True)
def test_every_way_to_start_a_trial(live):
    """By command, with the very conf the form sends, on a schedule, by another DAG's asset; each tells whoever is scheduled on trials."""
    live.stack.airflow("dags", "trigger", DAG_ID, "--run-id", "by-command", "-c", json.dumps({**TINY, "name": "by-command"}))
    form = {name: param["value"] for name, param in live.stack.api.get(f"/dags/{DAG_ID}/details")["params"].items()}
    live.trigger(DAG_ID, "by-form", {**form, **TINY, "name": "by-form"})
    live.trigger("system_producer", "produce")
    runs = {("by-command", DAG_ID): "by-command", ("by-form", DAG_ID): "by-form"}
    for name, dag_id in (("on-schedule", "system_scheduled"), ("on-asset", "system_on_asset")):
        listed = live.wait(lambda dag_id=dag_id: live.stack.api.get(f"/dags/{dag_id}/dagRuns")["dag_runs"], f"{dag_id} to run")
        runs[name, dag_id] = listed[0]["dag_run_id"]
    for (name, dag_id), run_id in runs.items():
        assert live.end(dag_id, run_id) == "success", (name, live.stack.home)
        outcome = live.outcome(dag_id, run_id)
        (trial,) = live.trials(name)
        assert (outcome["trial_id"], outcome["digest"]) == (trial.trial_id, trial.digest)
        assert (trial.status, trial.current_generation) == (TrialStatus.COMPLETED, 5)
        assert Path(outcome["report"].removeprefix("file://")).exists()
    heard = _heard(live, {live.outcome(dag_id, run_id)["trial_id"] for (_, dag_id), run_id in runs.items()})
    assert all(event["digest"] and event["status"] == "completed" for event in heard.values())


def _heard(live: Live, trial_ids: set[str]) -> dict[str, dict[str, Any]]:
    """What the example that is scheduled on trials was told of each of them."""
    heard: dict[str, dict[str, Any]] = {}

    def look() -> bool:
        for run in live.stack.api.get(f"/dags/{EXAMPLE.stem}/dagRuns", state="success")["dag_runs"]:
            path = f"/dags/{EXAMPLE.stem}/dagRuns/{run['dag_run_id']}/taskInstances/read_outcomes/xcomEntries/return_value"
            heard.update({event["trial_id"]: event for event in live.stack.api.get(path)["value"]})
        return trial_ids <= set(heard)

    live.wait(look, "every trial's asset event")
    return heard


def test_problems_are_listed_and_nothing_is_started(live):
    live.trigger(DAG_ID, "mistaken", {**TINY, "name": "mistaken", "populationsize": 5, "elite_size": 11})
    assert live.end(DAG_ID, "mistaken") == "failed"
    states = live.states("mistaken")
    assert states.pop("validate_trial") == "failed"
    assert set(states.values()) == {"upstream_failed"}
    assert live.task("mistaken", "validate_trial")["try_number"] == 1
    assert not live.trials("mistaken")


def test_marked_failed_task_or_run_stops_the_trial_and_a_clear_resumes_it(live):
    live.trigger(DAG_ID, "given-up", {**ENDLESS, "name": "given-up"})
    live.running("given-up")
    live.deferred("given-up")
    live.mark("given-up", "await_evolution", "failed")
    trial = live.stopped("given-up")
    assert live.end(DAG_ID, "given-up") == "failed"
    states = live.states("given-up")
    assert (states["publish_report"], states["compensate"]) == ("failed", "failed")
    compensated = live.task("given-up", "compensate")["start_date"]
    assert trial.ended_at is not None
    assert trial.ended_at.isoformat() < compensated, "the trigger was to stop it, before the teardown"

    live.change("POST", f"/dags/{DAG_ID}/dagRuns/given-up/clear", {"dry_run": False, "only_failed": False})
    again = live.running("given-up", generation=trial.current_generation + 1)
    assert again.trial_id == trial.trial_id
    live.deferred("given-up", try_number=2)
    live.change("PATCH", f"/dags/{DAG_ID}/dagRuns/given-up", {"state": "failed"})
    live.stopped("given-up")
    live.wait(lambda: live.states("given-up")["compensate"] == "failed", "the compensation of the run marked failed")
    assert live.states("given-up")["publish_report"] == "skipped"
    assert live.end(DAG_ID, "given-up") == "failed", "skipped tasks must not make a success of it"


def test_cleared_the_trial_is_left_running_and_marked_success_it_is_stopped_and_published(live):
    live.trigger(DAG_ID, "cleared", {**ENDLESS, "name": "cleared"})
    trial = live.running("cleared")
    job = live.deferred("cleared")
    clear = {"dry_run": False, "dag_run_id": "cleared", "task_ids": ["await_evolution"], "include_downstream": True, "only_failed": False}
    live.change("POST", f"/dags/{DAG_ID}/clearTaskInstances", clear)
    live.deferred("cleared", try_number=2)
    live.wait(lambda: "left alone" in live.trigger_log("cleared", job), "the first trigger to leave the trial alone")
    now = live.running("cleared", generation=trial.current_generation + 1)
    assert (now.trial_id, now.resumptions) == (trial.trial_id, 0)

    live.mark("cleared", "await_evolution", "success")
    live.stopped("cleared")
    assert live.end(DAG_ID, "cleared") == "success"
    assert live.outcome(DAG_ID, "cleared")["status"] == "stopped"


@pytest.mark.contended
def test_what_happens_to_triggerers_does_not_touch_the_trial(live):
    """Stopped for longer than the threshold, killed, and ended in good order; the trial is held so that it cannot end meanwhile."""
    live.trigger(DAG_ID, "moved", {**TINY, "generations": 200, "name": "moved"})
    for name in ("triggerer-2", "triggerer-3"):
        live.add_triggerer(name)
        live.wait(lambda: len(live.triggerers()) == int(name[-1]), f"{name} to live")  # noqa: B023 - used at once
    components = dict(zip(live.triggerers(), ("triggerer", "triggerer-2", "triggerer-3"), strict=True))
    trial_id = live.running("moved").trial_id
    live.stack.evolution.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=trial_id))
    paused = live.wait(lambda: (t := live.trials("moved")[0]).status is TrialStatus.PAUSED and t, "the trial to be held")

    first = live.deferred("moved")
    live.stack.component(components[first]).signal(signal.SIGSTOP, group=True)
    second = live.taken_from("moved", first)
    live.stack.component(components[first]).signal(signal.SIGCONT, group=True)
    live.wait(lambda: "left alone" in live.trigger_log("moved", first), "the first triggerer to leave the trial alone")

    live.stack.component(components[second]).signal(signal.SIGKILL, group=True)
    third = live.taken_from("moved", second)

    live.stack.component(components[third]).signal(signal.SIGTERM)
    live.taken_from("moved", third)
    assert live.stack.component(components[third]).wait(30)

    now = live.trials("moved")[0]
    assert (now.status, now.resumptions) == (TrialStatus.PAUSED, paused.resumptions)
    assert now.current_generation - paused.current_generation <= 1, "at most the generation that was under way when it was held"
    live.stack.evolution.call(evolution.RESUME_TRIAL, TrialRef(trial_id=trial_id))
    assert live.end(DAG_ID, "moved") == "success"
    (trial,) = live.trials("moved")
    assert (trial.trial_id, trial.status) == (trial_id, TrialStatus.COMPLETED)
    assert live.task("moved", "await_evolution")["try_number"] == 1
    assert _published(live, trial_id) == 1


def _published(live: Live, trial_id: str) -> int:
    """How often the trial's outcome was published as an asset event."""
    time.sleep(1)
    events = live.stack.api.get("/assets/events", limit=200)["asset_events"]
    return sum(event["extra"].get("trial_id") == trial_id for event in events)
