from __future__ import annotations

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import Effectiveness
from dean_provider.errors import InvalidConfigurationError
from dean_provider.handle import TrialHandle
from dean_provider.operators.propagation_plan import PropagationPlan, asked_for, misfits, reason_for, verdict, worth_trying


def test_every_problem_of_what_is_asked_is_listed():
    with pytest.raises(InvalidConfigurationError) as caught:
        asked_for({"source_trial_id": "a", "test_share": 0, "typo": 1})
    assert {problem["field"] for problem in caught.value.details["problems"]} == {"target_trial_id", "test_share", "typo"}


def test_only_completed_trials_of_one_objective_will_do(make_trial):
    completed, other = make_trial("completed", 5), make_trial("completed", 5, config=TrialConfig(objective="sphere"))
    assert misfits(completed, completed) == []
    assert [problem["field"] for problem in misfits(make_trial("running"), make_trial("stopped"))] == ["source_trial_id", "target_trial_id"]
    (problem,) = misfits(completed, other)
    assert "bin_packing" in problem["rule"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.5, "holds"), (-0.5, -0.1, "harms"), (-0.1, 0.5, "undecided"), (0.0, 0.5, "undecided"), (-0.5, 0.0, "undecided")],
)
def test_the_whole_interval_decides(low, high, expected):
    assert verdict(Effectiveness(mean=(low + high) / 2, low=low, high=high, agents=12)) == expected


def test_what_was_not_measured_decides_nothing():
    assert verdict(None) == "undecided"
    assert "could not be measured" in reason_for({"share": 0.2, "effect": None}, "t")


def test_only_what_was_accepted_and_exceeds_the_minimum_is_worth_trying():
    patterns = [
        {"pattern_id": "good", "status": "accepted", "effect": [0.8, 0.5, 1.1]},
        {"pattern_id": "small", "status": "accepted", "effect": [0.7, 0.5, 0.9]},
        {"pattern_id": "unsure", "status": "refused", "effect": [2.0, -1.0, 5.0]},
        {"pattern_id": "kept", "status": "quarantined", "effect": [2.0, 1.0, 3.0]},
        {"pattern_id": "unmeasured", "status": "discovered", "effect": None},
    ]
    chosen, left_out = worth_trying(patterns, 0.7)
    assert chosen == ["good"]
    assert set(left_out) == {"small", "unsure", "kept", "unmeasured"}
    assert "quarantined" in left_out["kept"]


def test_the_plan_carries_the_source_as_a_handle():
    config = asked_for({"source_trial_id": "a", "target_trial_id": "b"})
    plan = PropagationPlan(config=config, objective="sphere", evolution_conn_id="e", indexagent_conn_id="i").to_xcom()
    assert PropagationPlan.model_validate(plan).config == config
    handle = TrialHandle.of(plan["source"])
    assert (handle.trial_id, handle.objective, handle.evolution_conn_id, handle.indexagent_conn_id) == ("a", "sphere", "e", "i")
