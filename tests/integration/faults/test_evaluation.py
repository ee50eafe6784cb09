"""Objectives that hang, die, grow or throw: a clear error of that batch, its process group gone, the service alive throughout."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import ListGenerations, StopTrial, TerminationReason, TrialStatus

pytestmark = [pytest.mark.integration, pytest.mark.chaos]


@pytest.fixture
def config(small):
    return small(objective="broken", objective_parameters={"dimension": 3}, generations=2)


@pytest.fixture(scope="module")
def services(stages, tmp_path_factory):
    limits = {"evaluation_timeout_seconds": 1.0, "evaluation_memory_bytes": 1 << 30, "evaluation_retries": 2}
    with stages(tmp_path_factory.mktemp("evaluation"), **limits) as made:
        made.indexagent.start()
        made.evolution.start()
        yield made


@pytest.fixture
def running(services):
    services.tidy()
    return services


def _runs(pid):
    """Whether a process runs, other than as a zombie that waits for somebody else's parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("mood", ["hang", "die", "crash", "grow", "throw"])
def test_a_batch_that_fails_once_is_repeated_and_counted(running, config, plain, small, mood):
    running.mood(mood)
    trial = running.caller.run(config)
    assert trial.digest == plain(small(objective="sphere", objective_parameters={"dimension": 3}, generations=2))[-1].digest
    assert trial.retries == 1
    page = running.caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id))
    assert [row.retries for row in page.generations] == [1, 0, 0]


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("hang", "took longer than 1 s"),
        ("die", "ended with status 7"),
        ("crash", "killed by SIGSEGV"),
        ("grow", "more memory than a worker may have|Unable to allocate"),
        ("throw", "RuntimeError: the objective is unhappy"),
    ],
)
def test_a_batch_that_keeps_failing_fails_the_trial_with_the_reason(running, config, mood, words):
    running.mood(mood, mood, mood)
    started = running.caller.start(config)
    slowest = 0.0
    while not (trial := running.caller.read(started.trial_id)).status.ended:
        before = time.monotonic()
        assert running.caller.http.get(f"{running.evolution.url}/health").status_code == 200
        slowest = max(slowest, time.monotonic() - before)
        time.sleep(0.05)
    assert (trial.status, trial.termination_reason) == (TrialStatus.FAILED, TerminationReason.ERROR)
    assert re.search(words, trial.error), trial.error
    assert slowest < 3
    assert running.caller.run(config).status is TrialStatus.COMPLETED


def test_what_a_hanging_batch_started_is_killed_with_it(running, config):
    running.mood("hang")
    trial_id = running.caller.start(config).trial_id
    assert running.caller.wait(trial_id).status is TrialStatus.COMPLETED
    assert not _runs(int((running.folder / "grandchild").read_text()))


def test_a_fitness_that_is_no_number_fails_the_trial(running, small):
    trial_id = running.caller.start(small(objective="not_finite")).trial_id
    ended = running.caller.wait(trial_id)
    assert ended.status is TrialStatus.FAILED
    assert "not a finite number" in ended.error


def test_a_stop_does_not_wait_for_an_evaluation(stage, small):
    stage.indexagent.start()
    stage.evolution.start()
    stage.shut()
    config = small(objective="gated", objective_parameters={"dimension": 3})
    trial_id = stage.caller.start(config).trial_id
    stage.evaluating()
    before = time.monotonic()
    stage.caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=trial_id))
    assert time.monotonic() - before < 2
    worker = int(next(stage.folder.glob("evaluating-*")).name.split("-")[1])
    deadline = time.monotonic() + 5
    while _runs(worker):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_workers_end_with_a_killed_service(stage, small):
    stage.indexagent.start()
    stage.evolution.start()
    stage.shut()
    stage.caller.start(small(objective="gated", objective_parameters={"dimension": 3}))
    stage.evaluating()
    worker = int(next(stage.folder.glob("evaluating-*")).name.split("-")[1])
    assert os.getsid(worker) == worker
    stage.evolution.send(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while _runs(worker):
        assert time.monotonic() < deadline
        time.sleep(0.01)
