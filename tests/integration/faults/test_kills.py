"""SIGKILL wherever it hurts; afterwards every trial ends by itself with the undisturbed digest."""

from __future__ import annotations

import os
import signal
import time

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import StopTrial, TrialRef, TrialStatus

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

LONG = bool(os.environ.get("DEAN_TEST_LONG"))
KILLS = 60 if LONG else 5
"""In each of five places, and both services at once half as often."""
GENERATIONS = 2 * KILLS
MANY = 20 * KILLS if LONG else GENERATIONS
"""Enough that a trial nobody holds up is still running after the last kill."""
SECONDS = 60 + 5 * KILLS


@pytest.fixture
def config(small):
    return small(objective="gated", objective_parameters={"dimension": 3}, generations=GENERATIONS)


def undisturbed(plain, small, generations=GENERATIONS):
    return plain(small(objective="sphere", objective_parameters={"dimension": 3}, generations=generations))[-1].digest


def in_progress(stage, trial_id):
    """The trial as stored, which must be running for a kill to count."""
    trial = stage.caller.read(trial_id)
    assert trial.status is TrialStatus.RUNNING
    return trial


def finish(stage, trial_id, digest, kills, generations=GENERATIONS):
    ended = stage.caller.wait(trial_id, seconds=SECONDS)
    assert ended.status is TrialStatus.COMPLETED, ended.error
    assert ended.digest == digest
    assert ended.current_generation == generations
    assert ended.resumptions == kills


def test_killed_while_evaluating(stage, config, plain, small):
    stage.indexagent.start()
    stage.evolution.start()
    stage.shut()
    trial_id = stage.caller.start(config).trial_id
    reached = []
    for _ in range(KILLS):
        stage.evaluating()
        reached.append(in_progress(stage, trial_id).current_generation)
        stage.evolution.kill()
        for mark in stage.folder.glob("evaluating-*"):
            mark.unlink()
        stage.evolution.start()
        stage.evaluating()
        stage.open()
        stage.caller.wait(trial_id, lambda trial, last=reached[-1]: trial.current_generation > last)
        stage.shut()
    stage.open()
    finish(stage, trial_id, undisturbed(plain, small), KILLS)
    assert reached == sorted(set(reached))


@pytest.mark.parametrize("point", ["bred", "committing", "committed"])
def test_killed_around_a_commit(stage, config, plain, small, point):
    """``bred``: IndexAgent has committed the next generation, the Evolution API has not. ``committing``: its transaction is open."""
    stage.indexagent.start()
    stage.evolution.start((point, 1))
    trial_id = stage.caller.start(config).trial_id
    for kill in range(KILLS):
        assert stage.evolution.reached.wait(20)
        in_progress(stage, trial_id)
        stage.evolution.kill()
        following = (point, kill + 2)
        stage.evolution.start(following if kill < KILLS - 1 else None)
    finish(stage, trial_id, undisturbed(plain, small), KILLS)


def test_indexagent_killed_during_its_commit(stage, config, plain, small):
    stage.indexagent.start(("breeding", 1))
    stage.evolution.start()
    trial_id = stage.caller.start(config).trial_id
    for kill in range(KILLS):
        assert stage.indexagent.reached.wait(20)
        in_progress(stage, trial_id)
        stage.indexagent.kill()
        if kill == 0:
            waiting = stage.caller.wait(trial_id, lambda trial: trial.error is not None)
            assert "IndexAgent" in waiting.error
            health = stage.caller.http.get(f"{stage.evolution.url}/health").json()
            assert (health["status"], health["checks"]["indexagent"]["status"]) == ("degraded", "unhealthy")
        stage.indexagent.start(("breeding", kill + 2) if kill < KILLS - 1 else None)
    finish(stage, trial_id, undisturbed(plain, small), 0)


def test_both_killed_at_once_at_any_moment(stage, config, plain, small):
    stage.indexagent.start()
    stage.evolution.start()
    trial_id = stage.caller.start(config.model_copy(update={"generations": MANY})).trial_id
    for kill in range(KILLS // 2):
        stage.caller.wait(trial_id, lambda trial, goal=2 * kill + 1: trial.current_generation >= goal)
        in_progress(stage, trial_id)
        stage.indexagent.kill()
        stage.evolution.kill()
        stage.evolution.start()
        stage.indexagent.start()
    finish(stage, trial_id, undisturbed(plain, small, MANY), KILLS // 2, MANY)


def test_a_fork_is_killed_like_any_trial(stage, config, plain, small):
    stage.indexagent.start()
    stage.evolution.start()
    parent = stage.caller.wait(stage.caller.start(config).trial_id, seconds=SECONDS)
    stage.evolution.kill()
    stage.evolution.start(("bred", 4))
    trial_id = stage.caller.fork(parent, 3).trial_id
    for kill in range(KILLS // 2):
        assert stage.evolution.reached.wait(20)
        in_progress(stage, trial_id)
        stage.evolution.kill()
        stage.evolution.start(("bred", kill + 5) if kill < KILLS // 2 - 1 else None)
    finish(stage, trial_id, undisturbed(plain, small), KILLS // 2)


def test_paused_and_stopped_trials_stay_through_a_kill(stage, config):
    stage.indexagent.start()
    stage.evolution.start()
    stage.shut()
    paused, stopped = stage.caller.start(config).trial_id, stage.caller.start(config).trial_id
    stage.evaluating()
    stage.caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=paused))
    before = time.monotonic()
    stage.caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=stopped))
    assert time.monotonic() - before < 2
    stage.evolution.kill()
    stage.open()
    stage.evolution.start()
    time.sleep(0.5)
    assert stage.caller.read(paused).status is TrialStatus.PAUSED
    assert stage.caller.read(stopped).status is TrialStatus.STOPPED
    stage.caller.call(evolution.RESUME_TRIAL, TrialRef(trial_id=paused))
    assert stage.caller.wait(paused).status is TrialStatus.COMPLETED
    assert stage.caller.read(stopped).status is TrialStatus.STOPPED


def test_a_graceful_stop_is_quick_and_clean_and_the_trial_resumes(stage, config, plain, small):
    stage.indexagent.start()
    stage.evolution.start()
    stage.shut()
    trial_id = stage.caller.start(config).trial_id
    stage.evaluating()
    before = time.monotonic()
    assert stage.evolution.send(signal.SIGTERM) == 0
    assert time.monotonic() - before < 5
    stage.open()
    stage.evolution.start()
    finish(stage, trial_id, undisturbed(plain, small), 1)
    assert stage.indexagent.send(signal.SIGTERM) == 0
