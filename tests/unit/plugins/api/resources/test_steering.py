from __future__ import annotations

import pytest

from dean_provider.contract.events.trial import TrialPaused
from dean_provider.contract.pattern import AppliedPatterns
from dean_provider.errors import ConnectionFailedError, PermissionDeniedError


def _events(gateway, workflow_id):
    return [(event["event_type"], event["actor"]) for event in gateway.get(f"/workflows/{workflow_id}/events").json()["events"]]


def test_cancelling_ends_the_run_and_the_remote_trial_and_says_who_did_it(make_gateway, make_trial) -> None:
    gateway = make_gateway({"stop_trial": make_trial("stopped", 3, resumptions=0, digest="cd" * 32)})
    workflow_id = gateway.trial()
    answer = gateway.post(f"/trials/{workflow_id}/cancel", {"reason": "wrong seed"}, "user:user")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert gateway.airflow.ended == [("mine", "run")]
    (stop,) = gateway.evolution.requests("stop_trial")
    assert (stop.trial_id, stop.reason) == (f"t-{workflow_id}", "wrong seed")
    event_type, actor = _events(gateway, workflow_id)[-1]
    assert event_type == "trial.cancelled"
    assert actor == {"kind": "user", "name": "user", "address": "192.0.2.1"}


def test_cancelling_twice_is_cancelling_once(make_gateway, make_trial) -> None:
    gateway = make_gateway({"stop_trial": make_trial("stopped", 3)})
    workflow_id = gateway.trial()
    for _ in range(2):
        assert gateway.post(f"/trials/{workflow_id}/cancel", {}).json()["status"] == "cancelled"
    assert len(gateway.airflow.ended) == 1


def test_a_service_that_is_away_keeps_nobody_from_ending_the_run(make_gateway) -> None:
    gateway = make_gateway({"stop_trial": ConnectionFailedError("no answer")})
    workflow_id = gateway.trial()
    answer = gateway.post(f"/trials/{workflow_id}/cancel", {"reason": "enough"})
    assert answer.json()["status"] == "cancelled"
    assert gateway.airflow.ended == [("mine", "run")]
    assert "could not be told yet" in gateway.get(f"/trials/{workflow_id}").json()["error"]


def test_what_airflow_refuses_is_not_recorded(make_gateway) -> None:
    gateway = make_gateway()
    gateway.airflow.refusal = PermissionDeniedError("Airflow refuses to end run run.")
    workflow_id = gateway.trial()
    assert gateway.post(f"/trials/{workflow_id}/cancel", {}).status_code == 403
    assert gateway.get(f"/trials/{workflow_id}").json()["status"] == "running"
    assert gateway.evolution.asked == []


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume"])
def test_a_completed_trial_is_not_steered(gateway, verb) -> None:
    answer = gateway.post(f"/trials/{gateway.trial(completed=True)}/{verb}", {})
    assert (answer.status_code, answer.json()["error_code"]) == (409, "invalid_state")


def test_pausing_and_resuming_act_on_the_remote_trial_and_are_recorded(make_gateway, make_trial) -> None:
    gateway = make_gateway({"pause_trial": make_trial("paused", 5), "resume_trial": make_trial("running", 5)})
    workflow_id = gateway.trial()
    assert gateway.post(f"/trials/{workflow_id}/pause", {"reason": "look"}).json()["status"] == "paused"
    assert gateway.post(f"/trials/{workflow_id}/resume", {}).json()["status"] == "running"
    assert [name for name, _ in gateway.evolution.asked] == ["pause_trial", "resume_trial"]
    assert gateway.airflow.ended == []
    assert [kind for kind, _ in _events(gateway, workflow_id)][-2:] == ["trial.paused", "trial.resumed"]


def test_a_pause_that_is_repeated_after_its_answer_was_lost_does_not_pause_again(make_gateway, make_trial) -> None:
    gateway = make_gateway({"pause_trial": make_trial("paused", 5), "resume_trial": make_trial("running", 5)})
    workflow_id = gateway.trial()
    key = {"Idempotency-Key": "k-1"}
    gateway.post(f"/trials/{workflow_id}/pause", {}, headers=key)
    gateway.post(f"/trials/{workflow_id}/resume", {})
    again = gateway.post(f"/trials/{workflow_id}/pause", {}, headers=key)
    assert again.json()["status"] == "running"
    assert len(gateway.evolution.requests("pause_trial")) == 1


def test_every_act_is_recorded_though_a_caller_has_one_request_id_for_several(make_gateway, make_trial) -> None:
    gateway = make_gateway({"pause_trial": make_trial("paused", 5), "resume_trial": make_trial("running", 5)})
    workflow_id, same = gateway.trial(), {"X-Request-ID": "one-for-all"}
    for verb in ("pause", "resume", "pause", "resume"):
        assert gateway.post(f"/trials/{workflow_id}/{verb}", {}, headers=same).status_code == 200
    assert [kind for kind, _ in _events(gateway, workflow_id)][-4:] == ["trial.paused", "trial.resumed"] * 2


def test_long_names_and_keys_are_told_apart(make_gateway, make_trial) -> None:
    gateway = make_gateway({"pause_trial": make_trial("paused", 5), "resume_trial": make_trial("running", 5)})
    workflow_id = gateway.trial()
    for number, verb in enumerate(("pause", "resume", "pause")):
        key = {"Idempotency-Key": "k" * 199 + str(number)}
        gateway.post(f"/trials/{workflow_id}/{verb}", {}, headers=key)
    assert len(gateway.evolution.requests("pause_trial")) == 2


def test_a_trial_that_is_paused_already_is_left_alone(gateway) -> None:
    workflow_id = gateway.trial()
    gateway.tell(workflow_id, TrialPaused(generation=1))
    assert gateway.post(f"/trials/{workflow_id}/pause", {}).json()["status"] == "paused"
    assert gateway.evolution.asked == []


def test_a_trial_that_has_not_started_cannot_be_paused(gateway) -> None:
    from uuid import uuid4

    from dean_provider.contract.events.trial import TrialRequested

    workflow_id = uuid4()
    gateway.tell(workflow_id, TrialRequested())
    assert gateway.post(f"/trials/{workflow_id}/pause", {}).status_code == 409


def test_patterns_are_applied_and_what_came_of_it_is_recorded(make_gateway) -> None:
    applied = AppliedPatterns(
        trial_id="t",
        pattern_ids=["a"],
        population_id="derived",
        agents=5,
        mean_fitness_before=1.0,
        mean_fitness_after=1.5,
        best_fitness_before=2.0,
        best_fitness_after=2.0,
        tokens_used=5,
    )
    gateway = make_gateway({"apply_patterns": applied})
    workflow_id = gateway.trial(completed=True)
    assert gateway.post(f"/trials/{workflow_id}/patterns", {"pattern_ids": ["a"]}).status_code == 200
    (asked,) = gateway.evolution.requests("apply_patterns")
    assert (asked.trial_id, asked.pattern_ids) == (f"t-{workflow_id}", ["a"])
    assert _events(gateway, workflow_id)[-1][0] == "pattern.applied"


def test_patterns_are_applied_to_completed_trials_only(gateway) -> None:
    assert gateway.post(f"/trials/{gateway.trial()}/patterns", {"pattern_ids": ["a"]}).status_code == 409


def test_what_can_be_done_is_told_with_reasons(gateway) -> None:
    running, completed = gateway.trial(), gateway.trial(completed=True)
    access = gateway.get(f"/trials/{running}/access", "user:viewer").json()
    assert access["allowed"] == {
        "read": True,
        "cancel": False,
        "pause": False,
        "resume": False,
        "apply": False,
        "fork": False,
        "replay": False,
        "acknowledge": False,
        "audit": True,
    }
    general = gateway.get("/access", "user:viewer").json()
    assert (general["allowed"]["acknowledge_alerts"], general["allowed"]["silence_alerts"]) == (False, False)
    assert gateway.get("/access").json()["allowed"]["acknowledge_alerts"]
    assert "may not edit runs of DAG mine" in access["reasons"]["cancel"]
    allowed = gateway.get(f"/trials/{running}/access").json()["allowed"]
    assert (allowed["cancel"], allowed["pause"], allowed["replay"]) == (True, True, False)
    allowed = gateway.get(f"/trials/{completed}/access").json()["allowed"]
    assert (allowed["cancel"], allowed["apply"], allowed["fork"], allowed["replay"]) == (False, True, True, True)
