"""Forks and replays through the packaged DAG's tasks, against the reference services."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from html import unescape

import pytest
from airflow.sdk import DAG, ObjectStoragePath

from dean_provider.contract.endpoints import evolution as operations
from dean_provider.contract.trial import ListGenerations, TrialRef
from dean_provider.dags.dean_evolution_trial import dag as packaged
from dean_provider.factory import trial_dag, trial_task_group
from dean_provider.hooks import EvolutionAPIHook
from dean_provider.notifications.message import UNKNOWN

pytestmark = pytest.mark.integration


@pytest.fixture
def trial(connected, make_run):
    """What a run with that conf comes to: its outcome and the trial as its service has it."""

    def go(run_id, conf, dag=None):
        run = make_run(dag or trial_dag("d", default_args={"retry_delay": timedelta(0)}), run_id, conf).go()
        report = next((name for name in run.results if name.endswith("publish_report")), None)
        assert report, run.errors
        outcome = run.results[report]
        return outcome, EvolutionAPIHook().call(operations.READ_TRIAL, TrialRef(trial_id=outcome["trial_id"]))

    return go


def digests(trial):
    page = EvolutionAPIHook().call(operations.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id))
    return [generation.digest for generation in page.generations]


def test_a_fork_in_a_runs_conf(trial, tiny):
    whole, parent = trial("parent", {**tiny, "elite_size": 3})
    assert set(UNKNOWN) == {*whole, "replay"}  # what notifiers' templates may name
    origin = {"trial_id": parent.trial_id, "generation": 2}
    outcome, child = trial("same", {"fork": origin})
    assert (child.parent.trial_id, child.parent.generation, child.config) == (parent.trial_id, 2, parent.config)
    assert (child.digest, outcome["digest"]) == (parent.digest, parent.digest)
    _, other = trial("other", {"fork": {**origin, "config": {"mutation_rate": 0.5}}, "name": "other"})
    assert digests(other)[:3] == digests(parent)[:3]
    assert not set(digests(other)[3:]) & set(digests(parent))
    assert (other.config.elite_size, other.config.name) == (3, "other")


def test_a_fork_in_a_group(trial, tiny):
    _, parent = trial("parent-of-group", tiny)
    with DAG("g", schedule=None, params={"parent": ""}) as dag:
        trial_task_group("again", trial={"fork": {"trial_id": "{{ params.parent }}"}, "generations": 7})
    _, child = trial("group", {"parent": parent.trial_id}, dag)
    assert (child.parent.generation, child.current_generation) == (5, 7)


def test_a_replay_ends_with_the_recorded_digest(trial, tiny, monkeypatch):
    _, original = trial("original", tiny)
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_MUTATION_RATE", "0.9")
    outcome, again = trial("again", {"replay": {"trial_id": original.trial_id}})
    assert again.trial_id != original.trial_id
    assert (again.digest, again.config) == (original.digest, original.config)
    assert outcome["replay"] == {"trial_id": original.trial_id, "generation": 5, "digest": original.digest, "agrees": True}
    forked, fork = trial("forked", {"fork": {"trial_id": original.trial_id, "generation": 2, "config": {"seed": 3}}})
    assert forked["digest"] != original.digest
    outcome, again = trial("fork-again", {"replay": {"trial_id": fork.trial_id}})
    assert (again.parent, again.digest, outcome["replay"]["agrees"]) == (fork.parent, fork.digest, True)
    recorded = {"trial_id": "gone", "config": original.config.model_dump(mode="json"), "digest": "0" * 64, "generation": 5}
    outcome, _ = trial("other-record", {"replay": recorded})
    assert outcome["replay"]["agrees"] is False


def test_the_command_in_a_report_runs_the_trial_of_a_group_again(trial, tiny, monkeypatch):
    with DAG("own", schedule=None) as dag:
        trial_task_group("evolve", trial={**tiny, "labels": {"team": "it's"}})
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_STAGNATION_GENERATIONS", "5")
    first, original = trial("in-a-group", {}, dag)
    report = ObjectStoragePath(first["report"]).read_text(encoding="utf-8")
    (command,) = re.findall(r"<code[^>]*>(airflow dags trigger [^<]*)</code>", report)
    words = shlex.split(unescape(command))
    assert words[3] == packaged.dag_id
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_STAGNATION_GENERATIONS", "1")
    monkeypatch.setenv("AIRFLOW__DEAN__TRIAL_TOKEN_BUDGET", "100")
    outcome, again = trial("by-its-command", json.loads(words[5]), packaged)
    assert (again.config, again.digest, again.parent) == (original.config, original.digest, None)
    assert outcome["replay"]["agrees"] is True
    assert outcome["replay"]["trial_id"] == original.trial_id != again.trial_id
