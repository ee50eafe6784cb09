"""The packaged DAG's tasks against the reference services: one trial for one run, whatever goes wrong on the way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from airflow.sdk import DAG, AssetAlias

from dean_provider.contract.endpoints import evolution as operations
from dean_provider.contract.trial import ListTrials, StopTrial, TrialRef
from dean_provider.factory import trial_dag, trial_task_group
from dean_provider.hooks import EvolutionAPIHook, forget
from dean_provider.operators.namespace import VARIABLE
from dean_provider.testing import Fault

pytestmark = pytest.mark.integration


@pytest.fixture
def dag():
    return trial_dag("d", default_args={"retry_delay": timedelta(0)})


@pytest.fixture
def run_id():
    return f"manual__{uuid4()}"


def trials(name):
    return EvolutionAPIHook().call(operations.LIST_TRIALS, ListTrials(name=name)).trials


def read(trial_id):
    return EvolutionAPIHook().call(operations.READ_TRIAL, TrialRef(trial_id=trial_id))


def test_a_whole_trial(connected, make_run, dag, run_id, tiny):
    run = make_run(dag, run_id, {**tiny, "name": run_id[8:].lower()}).go()
    assert set(run.states.values()) <= {"success", "skipped"}, run.errors
    assert run.states["publish_report"] == "success"
    outcome = run.results["publish_report"]
    (trial,) = trials(outcome["name"])
    assert (outcome["trial_id"], outcome["digest"], outcome["status"]) == (trial.trial_id, trial.digest, "completed")
    report = Path(outcome["report"].removeprefix("file://")).read_text()
    assert trial.digest in report
    (event,) = run.outlet_events[AssetAlias("dean_trials")].asset_alias_events
    assert event.dest_asset_key.uri == f"dean://trials/{outcome['name']}"


@pytest.mark.parametrize("operation", ["create_population", "start_trial", "read_trial", "verify_trial"])
def test_a_lost_answer_never_makes_a_second_trial(connected, make_run, dag, run_id, tiny, operation):
    """The service did the work, the connection broke before its answer arrived, as often as the hook itself repeats a call."""
    service = connected.indexagent if operation == "create_population" else connected.evolution
    service.faults.add(Fault(operation, truncate=True, times=2))
    run = make_run(dag, run_id, {**tiny, "name": "lost-" + operation.replace("_", "-")}).go()
    assert run.states["publish_report"] == "success", run.errors
    assert len(trials("lost-" + operation.replace("_", "-"))) == 1


def test_every_try_and_every_clear_finds_the_same_trial(connected, make_run, dag, run_id, tiny):
    first = make_run(dag, run_id, {**tiny, "name": "cleared"}).go()
    again = make_run(dag, run_id, {**tiny, "name": "cleared"}).go()
    assert first.results["start_evolution"] == again.results["start_evolution"]
    assert first.results["publish_report"] == again.results["publish_report"]
    assert len(trials("cleared")) == 1


def test_the_stored_configuration_wins_over_one_that_drifted(connected, make_run, dag, run_id, tiny, monkeypatch, capsys):
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_ELITE_SIZE", "3")
    make_run(dag, run_id, {**tiny, "name": "drifted"}).go()
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_ELITE_SIZE", "4")
    capsys.readouterr()
    again = make_run(dag, run_id, {**tiny, "name": "drifted"})
    again.execute("validate_trial", try_number=2)
    assert "elite_size = 3" in capsys.readouterr().out
    assert again.go().states["publish_report"] == "success", again.errors
    (trial,) = trials("drifted")
    assert trial.config.elite_size == 3


def test_a_stopped_trial_resumes_when_its_run_is_cleared(connected, make_run, dag, run_id, tiny):
    conf = {**tiny, "generations": 150, "name": "resumed", "pattern_policy": "off"}

    def stop_it(task_id):
        if task_id == "await_evolution":
            EvolutionAPIHook().call(operations.STOP_TRIAL, StopTrial(trial_id=first.results["start_evolution"]["trial_id"]))

    first = make_run(dag, run_id, conf)
    first.go(before=stop_it)
    assert first.states["await_evolution"] == "failed"
    assert "was stopped" in str(first.errors["await_evolution"])
    assert (first.states["publish_report"], first.states["compensate"]) == ("failed", "failed")
    stopped = read(first.results["start_evolution"]["trial_id"])
    assert stopped.status.value == "stopped"

    again = make_run(dag, run_id, conf).go()
    assert again.states["publish_report"] == "success", again.errors
    (trial,) = trials("resumed")
    assert (trial.trial_id, trial.current_generation) == (stopped.trial_id, 150)


def test_two_groups_of_one_dag_are_two_trials(connected, make_run, run_id, tiny):
    with DAG("own", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc)) as dag:
        for group in ("one", "two"):
            trial_task_group(group, trial={**tiny, "name": "grouped", "pattern_policy": "off"})
    run = make_run(dag, run_id).go()
    assert {run.states[f"{group}.publish_report"] for group in ("one", "two")} == {"success"}, run.errors
    found = trials("grouped")
    assert len({trial.trial_id for trial in found}) == 2
    assert len({trial.config.seed for trial in found}) == 2


def test_two_installations_are_two_trials(connected, make_run, dag, run_id, tiny, monkeypatch):
    conf = {**tiny, "name": "installed", "pattern_policy": "off"}
    make_run(dag, run_id, conf).go()
    monkeypatch.setenv("AIRFLOW__DEAN__NAMESPACE", str(uuid4()))
    make_run(dag, run_id, conf).go()
    assert len(trials("installed")) == 2


def test_an_installation_without_a_namespace_draws_one_once(connected, make_run, dag, run_id, tiny, monkeypatch):
    from airflow.sdk import Variable

    kept = {}
    monkeypatch.setattr(Variable, "get", lambda key, default=None: kept.get(key, default))
    monkeypatch.setattr(Variable, "set", lambda key, value, description=None: kept.update({key: value}))
    monkeypatch.delenv("AIRFLOW__DEAN__NAMESPACE")
    run = make_run(dag, run_id, {**tiny, "name": "drawn"})
    assert run.execute("validate_trial")["trial_id"] == run.execute("validate_trial")["trial_id"]
    assert set(kept) == {VARIABLE}


def test_what_the_service_refuses_fails_before_anything_exists(connected, make_run, dag, run_id, tiny):
    run = make_run(dag, run_id, {**tiny, "name": "refused", "objective": "no_such_objective"}).go()
    assert run.states["initialize_population"] == "failed"
    assert run.tries["initialize_population"] == 1
    assert "no_such_objective" in str(run.errors["initialize_population"])
    assert not trials("refused")


def test_a_run_that_fails_after_the_start_leaves_nothing_running(connected, make_run, dag, run_id, tiny):
    """The Evolution API cannot be followed any more, but can be told to stop."""

    def break_it(task_id):
        if task_id == "await_evolution":
            connected.evolution.faults.add(Fault("list_generations", status=500, times=None))

    conf = {**tiny, "generations": 100_000, "name": "abandoned", "failure_tolerance": 0}
    dag.get_task("await_evolution").retries = 0
    run = make_run(dag, run_id, conf).go(before=break_it)
    assert run.states["await_evolution"] == "failed"
    assert "told to stop" in str(run.errors["compensate"])
    connected.evolution.faults.clear()
    (trial,) = trials("abandoned")
    assert trial.status.value == "stopped"


def test_a_population_without_a_trial_is_released(connected, make_run, dag, run_id, tiny):
    connected.evolution.faults.add(Fault("start_trial", status=500, times=None))
    dag.get_task("start_evolution").retries = 0
    run = make_run(dag, run_id, {**tiny, "name": "never-started"}).go()
    assert run.states["start_evolution"] == "failed"
    assert run.states["publish_report"] == "upstream_failed"
    assert "is released" in str(run.errors["compensate"])


def test_optional_steps_that_fail_do_not_lose_the_outcome(connected, make_run, dag, run_id, tiny):
    connected.indexagent.faults.add(Fault("detect_patterns", status=500, times=None))
    dag.get_task("discover_patterns").retries = 0
    run = make_run(dag, run_id, {**tiny, "name": "kept"}).go()
    assert (run.states["discover_patterns"], run.states["apply_patterns"]) == ("failed", "upstream_failed")
    assert run.states["publish_report"] == "success", run.errors
    assert run.results["publish_report"]["status"] == "completed"


def test_patterns_change_neither_outcome_nor_digest(connected, make_run, dag, run_id, tiny):
    conf = {**tiny, "population_size": 40, "generations": 15, "seed": 3, "diversity_threshold": 0}
    applied = make_run(dag, run_id, {**conf, "name": "with-patterns"}).go()
    off = make_run(dag, run_id + "-off", {**conf, "name": "without-patterns", "pattern_policy": "off"}).go()
    assert applied.states["discover_patterns"] == "success", applied.errors
    assert off.states["discover_patterns"] == off.states["apply_patterns"] == "skipped"
    one, other = applied.results["publish_report"], off.results["publish_report"]
    assert (one["digest"], one["best_fitness"]) == (other["digest"], other["best_fitness"])


def test_poking_gives_what_deferring_gives(connected, make_run, run_id, tiny):
    conf = {**tiny, "seed": 5, "generations": 60, "pattern_policy": "off"}
    outcomes = []
    for deferrable in (True, False):
        dag = trial_dag("d", deferrable=deferrable)
        run = make_run(dag, f"{run_id}-{deferrable}", {**conf, "name": f"deferrable-{deferrable}".lower()}).go()
        outcomes.append(run.results["await_evolution"])
        forget()
    assert outcomes[0]["digest"] == outcomes[1]["digest"]
    assert set(outcomes[0]) == set(outcomes[1])
