from __future__ import annotations

import json

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from dean_provider.contract.pattern import (
    AppliedPatterns,
    DetectedPatterns,
    Effectiveness,
    Pattern,
    PatternBody,
    PatternStatus,
    TraitRange,
)
from dean_provider.errors import BudgetExhaustedError, ConnectionFailedError
from dean_provider.operators import ApplyPatternsOperator, DiscoverPatternsOperator


def found(low):
    return Pattern(pattern_id="local", description=f"x >= {low}", body=PatternBody(ranges=(TraitRange(trait="x", low=low, high=1.0),)))


DETECTED = DetectedPatterns(patterns=[found(0.1), found(0.2)], tests=40)


def stored(request):
    return request.pattern


@pytest.fixture
def measured():
    """The service's registry: a pattern that begins at 0.1 is worth something, any other is not."""
    registry = {}

    def store(request):
        registry[request.pattern.pattern_id] = request.pattern
        return request.pattern

    def measure(request):
        pattern = registry[request.pattern_id]
        good = pattern.body.ranges[0].low == 0.1
        effect = Effectiveness(mean=1.0 if good else 0.0, low=0.5 if good else -1.0, high=1.5, agents=request.agents)
        return pattern.model_copy(update={"effectiveness": effect, "status": PatternStatus.ACCEPTED if good else PatternStatus.REFUSED})

    return {"store_pattern": store, "measure_pattern": measure}


@pytest.fixture
def discover(run, make_context, handle):
    def act(trial=None, **kwargs):
        return run(DiscoverPatternsOperator(task_id="discover", trial=trial or handle(), **kwargs), make_context("discover_patterns"))

    return act


@pytest.fixture
def apply(run, make_context, handle):
    def act(discovered, trial=None):
        return run(ApplyPatternsOperator(task_id="apply", trial=trial or handle(), discovered=discovered), make_context("apply_patterns"))

    return act


def test_finds_stores_and_measures(discover, services, make_trial, measured):
    evolution, indexagent = services({"read_trial": make_trial("completed", 60), **measured}, {"detect_patterns": DETECTED})
    result = discover()
    assert [item["status"] for item in result["patterns"]] == ["accepted", "refused"]
    assert result["patterns"][0]["effect"] == [1.0, 0.5, 1.5]
    assert result["tests"] == 40
    (question,) = indexagent.requests("detect_patterns")
    assert (question.population_id, question.start, question.end) == ("p-1", 0, 10)
    assert {request.pattern.trial_id for request in evolution.requests("store_pattern")} == {"t-1"}


def test_what_ten_of_them_hand_on_is_as_small_as_documented(discover, services, make_trial, measured):
    long = [found(number / 7).model_copy(update={"description": "x" * 2000}) for number in range(10)]
    detected = DetectedPatterns(patterns=long, tests=10**6)
    services({"read_trial": make_trial("completed", 60), **measured}, {"detect_patterns": detected})
    result = discover()
    assert len(result["patterns"]) == DiscoverPatternsOperator(task_id="d", trial="t").limit == 10
    assert len(json.dumps(result)) < 4000


@pytest.mark.parametrize(
    ("window", "last", "asked"),
    [({}, 4, (0, 4)), ({"start": 3, "end": 7}, 60, (3, 7)), ({"end": None}, 5000, (0, 5000)), ({"start": 50, "end": None}, 60, (50, 60))],
)
def test_looks_at_the_generations_it_is_told(discover, services, make_trial, measured, window, last, asked):
    _, indexagent = services({"read_trial": make_trial("completed", last), **measured}, {"detect_patterns": DETECTED})
    discover(**window)
    (question,) = indexagent.requests("detect_patterns")
    assert (question.start, question.end) == asked


def test_found_again_they_have_the_same_ids(discover, services, make_trial, measured):
    services({"read_trial": make_trial("completed", 60), **measured}, {"detect_patterns": DETECTED})
    assert discover() == discover()


def test_what_cannot_be_afforded_stays_unmeasured(discover, services, make_trial, measured):
    services(
        {"read_trial": make_trial("completed", 60), **measured, "measure_pattern": BudgetExhaustedError("no tokens")},
        {"detect_patterns": DETECTED},
    )
    assert [item["status"] for item in discover()["patterns"]] == ["discovered", "discovered"]


def test_a_service_that_is_away_is_tried_again(discover, services, make_trial, measured):
    services(
        {"read_trial": make_trial("completed", 60), **measured, "measure_pattern": ConnectionFailedError("refused")},
        {"detect_patterns": DETECTED},
    )
    with pytest.raises(AirflowException) as failure:
        discover()
    assert not isinstance(failure.value, AirflowFailException | AirflowSkipException)


def test_policy_off_skips(discover, services, handle):
    services()
    with pytest.raises(AirflowSkipException):
        discover(handle(pattern_policy="off"))


def test_services_without_patterns(discover, services, make_trial):
    services({}, {}, indexagent_without=["detect_patterns"])
    with pytest.raises(AirflowSkipException):
        discover()
    services({"read_trial": make_trial("completed", 60)}, {"detect_patterns": DETECTED}, evolution_without=["store_pattern"])
    assert len(discover()["patterns"]) == 2


APPLIED = AppliedPatterns(
    trial_id="t-1",
    pattern_ids=["a"],
    population_id="d-1",
    agents=60,
    mean_fitness_before=1,
    mean_fitness_after=2,
    best_fitness_before=3,
    best_fitness_after=4,
    tokens_used=60,
)
DISCOVERED = {"patterns": [{"pattern_id": "a", "status": "accepted"}, {"pattern_id": "b", "status": "refused"}]}


def test_only_accepted_patterns_are_applied(apply, services):
    evolution, _ = services({"apply_patterns": APPLIED})
    assert apply(DISCOVERED)["agents"] == 60
    assert evolution.requests("apply_patterns")[0].pattern_ids == ["a"]


@pytest.mark.parametrize("discovered", [None, {}, {"patterns": []}, {"patterns": [{"pattern_id": "b", "status": "refused"}]}])
def test_nothing_accepted_skips(apply, services, discovered):
    services()
    with pytest.raises(AirflowSkipException):
        apply(discovered)


@pytest.mark.parametrize("policy", ["off", "discover"])
def test_other_policies_skip(apply, services, handle, policy):
    services()
    with pytest.raises(AirflowSkipException):
        apply(DISCOVERED, handle(pattern_policy=policy))


def test_a_service_that_applies_none_skips(apply, services):
    services(evolution_without=["apply_patterns"])
    with pytest.raises(AirflowSkipException):
        apply(DISCOVERED)
