from __future__ import annotations

import time

import numpy as np
import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.evaluation import EvaluatedCandidate, LeaseCandidates, ReturnEvaluations
from dean_provider.contract.trial import StopTrial, TerminationReason, TrialRef, TrialStatus
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import NotFoundError
from dean_provider.testing import MockServices

pytestmark = pytest.mark.integration


@pytest.fixture
def caller(tmp_path, caller_of):
    with MockServices(tmp_path, evolution={"evaluator": "leases", "max_running_trials": 1}) as services:
        yield caller_of(services.indexagent.url, services.evolution.url)


@pytest.fixture
def objective():
    return load_objective("sphere", {"dimension": 4})


def lease(caller, trial_id, lease_id, size=5, ttl=300.0, wanted=True):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        request = LeaseCandidates(trial_id=trial_id, lease_id=lease_id, size=size, ttl_seconds=ttl)
        found = caller.call(evolution.LEASE_CANDIDATES, request)
        if found.candidates or not wanted or caller.read(trial_id).status.ended:
            return found
        time.sleep(0.01)
    raise AssertionError


def results(objective, leased):
    fitness = objective.evaluate(np.array([one.genome for one in leased.candidates]))
    return [EvaluatedCandidate(position=one.position, fitness=value) for one, value in zip(leased.candidates, fitness, strict=True)]


def give_back(caller, leased, answers):
    request = ReturnEvaluations(trial_id=leased.trial_id, lease_id=leased.lease_id, generation=leased.generation, results=answers)
    return caller.call(evolution.RETURN_EVALUATIONS, request)


def test_a_trial_evaluated_by_others_reaches_the_same_digest(caller, small, plain, objective):
    config = small()
    trial_id = caller.start(config).trial_id
    number = 0
    while not caller.read(trial_id).status.ended:
        leased = lease(caller, trial_id, f"lease-{number}")
        if leased.candidates:
            assert len(leased.candidates) <= 5
            give_back(caller, leased, results(objective, leased))
        number += 1
    ended = caller.read(trial_id)
    assert ended.status is TrialStatus.COMPLETED
    assert ended.digest == plain(config)[-1].digest
    assert lease(caller, trial_id, "late", wanted=False).generation == -1


def test_leases_are_apart_renewable_and_expire(caller, small, objective):
    trial_id = caller.start(small()).trial_id
    first = lease(caller, trial_id, "first", size=8)
    assert lease(caller, trial_id, "first", size=1).candidates == first.candidates
    second = lease(caller, trial_id, "second", size=8, ttl=1.0)
    assert {one.position for one in first.candidates}.isdisjoint(one.position for one in second.candidates)
    assert len(first.candidates) + len(second.candidates) == 12
    assert lease(caller, trial_id, "third", wanted=False).candidates == []
    assert lease(caller, trial_id, "third").candidates == second.candidates[:5]
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=trial_id))


def test_the_first_result_counts_and_the_same_again_changes_nothing(caller, small, objective):
    trial_id = caller.start(small()).trial_id
    leased = lease(caller, trial_id, "mine")
    answers = results(objective, leased)
    assert give_back(caller, leased, answers).model_dump() == {"accepted": 5, "remaining": 7}
    assert give_back(caller, leased, answers).model_dump() == {"accepted": 5, "remaining": 7}
    wrong = [one.model_copy(update={"fitness": 99.0}) for one in answers]
    assert give_back(caller, leased, wrong).model_dump() == {"accepted": 0, "remaining": 7}
    strange = [EvaluatedCandidate(position=999, fitness=1.0)]
    assert give_back(caller, leased, strange).model_dump() == {"accepted": 0, "remaining": 7}
    rest = lease(caller, trial_id, "rest", size=100)
    assert give_back(caller, rest, results(objective, rest)).remaining == 0
    caller.wait(trial_id, lambda trial: trial.current_generation == 0)
    assert give_back(caller, rest, results(objective, rest)).remaining == 0
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=trial_id))


def test_a_paused_trial_makes_room_and_keeps_what_has_come_back(caller, small, plain, objective):
    trial_id = caller.start(small(generations=1)).trial_id
    first = lease(caller, trial_id, "first")
    caller.call(evolution.PAUSE_TRIAL, TrialRef(trial_id=trial_id))
    assert give_back(caller, first, results(objective, first)).accepted == 5
    other = caller.start(small()).trial_id
    assert lease(caller, other, "other").candidates
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=other))
    caller.call(evolution.RESUME_TRIAL, TrialRef(trial_id=trial_id))
    rest = lease(caller, trial_id, "rest", size=100)
    assert len(rest.candidates) == 7
    give_back(caller, rest, results(objective, rest))
    last = lease(caller, trial_id, "last", size=100)
    give_back(caller, last, results(objective, last))
    assert caller.wait(trial_id).digest == plain(small(generations=1))[-1].digest


def test_a_trial_that_nobody_evaluates_ends_in_time(caller, small):
    trial_id = caller.start(small(max_time_seconds=1)).trial_id
    assert lease(caller, trial_id, "never-returned", size=100).candidates
    ended = caller.wait(trial_id, seconds=30)
    assert (ended.status, ended.termination_reason) == (TrialStatus.FAILED, TerminationReason.ERROR)
    assert "within max_time_seconds (1)" in ended.error
    assert lease(caller, trial_id, "late", wanted=False).candidates == []


def test_a_stopped_trial_leases_nothing_and_nobody_has_no_leases(caller, small):
    trial_id = caller.start(small()).trial_id
    lease(caller, trial_id, "mine")
    caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=trial_id))
    assert lease(caller, trial_id, "other", wanted=False).candidates == []
    with pytest.raises(NotFoundError):
        caller.call(evolution.LEASE_CANDIDATES, LeaseCandidates(trial_id="nobody", lease_id="x"))
