from __future__ import annotations

from uuid import UUID

import pytest

from dean_provider.contract.events.trial import GenerationCompleted, TrialCompleted
from dean_provider.errors import InvalidConfigurationError, PermissionDeniedError
from dean_provider.operators.identity import trial_id
from dean_provider.plugins.api.starting import TrialTask

KNOWN = {
    "dean_evolution_trial": TrialTask("start_evolution", form=True),
    "mine": TrialTask("start_evolution", form=True),
    "others": TrialTask("trial.start_evolution", form=False),
}


def _trial_task(_call, dag_id):
    if dag_id not in KNOWN:
        raise InvalidConfigurationError(f"DAG {dag_id} starts no trial.")
    return KNOWN[dag_id]


@pytest.fixture
def gateway(make_gateway, monkeypatch):
    """With DAGs as Airflow has them serialized: two with a form, one whose trial is in a group."""
    for module in ("starting", "resources.starting"):
        monkeypatch.setattr(f"dean_provider.plugins.api.{module}.trial_task", _trial_task)
    monkeypatch.setattr("dean_provider.plugins.api.variables.read", lambda _: None)
    return make_gateway()


def test_a_trial_is_a_run_of_its_dag_and_can_be_read_at_once(gateway) -> None:
    body = {"dag_id": "mine", "config": {"name": "first", "seed": 3}, "note": "try"}
    answer = gateway.post("/trials", body, "user:user", headers={"authorization": "Bearer t"})
    assert answer.status_code == 200
    (run,) = gateway.airflow.created
    assert (run["dag_id"], run["conf"], run["note"]) == ("mine", {"name": "first", "seed": 3}, "try")
    assert run["credentials"] == {"authorization": "Bearer t"}
    workflow = answer.json()["workflow"]
    expected = trial_id(UUID(int=1), dag_id="mine", run_id=run["run_id"], task_id="start_evolution")
    assert (workflow["id"], workflow["status"], workflow["owner"], workflow["name"]) == (expected, "requested", "user", "first")
    assert gateway.get(f"/trials/{workflow['id']}").status_code == 200


def test_the_execution_is_the_one_its_own_tasks_record(gateway) -> None:
    workflow = gateway.post("/trials", {"dag_id": "others"}).json()["workflow"]
    run_id = gateway.airflow.created[0]["run_id"]
    assert workflow["id"] == trial_id(UUID(int=1), dag_id="others", run_id=run_id, task_id="trial.start_evolution")
    assert workflow["task_group"] == "trial"


def test_with_the_same_key_asking_again_is_asking_once(gateway) -> None:
    body, key = {"dag_id": "mine", "config": {"seed": 3}}, {"Idempotency-Key": "k"}
    first, again = (gateway.post("/trials", body, headers=key) for _ in range(2))
    assert (first.json()["created"], again.json()["created"]) == (True, False)
    assert first.json()["workflow"]["id"] == again.json()["workflow"]["id"]
    assert len(gateway.airflow.created) == 1
    assert gateway.post("/trials", body, "user:op", headers=key).json()["created"]
    assert gateway.post("/trials", body).json()["created"]


def test_the_same_key_for_something_else_is_a_conflict(gateway) -> None:
    key = {"Idempotency-Key": "k"}
    gateway.post("/trials", {"dag_id": "mine", "config": {"seed": 3}}, headers=key)
    assert gateway.post("/trials", {"dag_id": "mine", "config": {"seed": 4}}, headers=key).status_code == 409


def test_settings_that_cannot_work_are_refused_before_there_is_a_run(gateway) -> None:
    answer = gateway.post("/trials", {"dag_id": "mine", "config": {"generations": 0, "sede": 3}})
    assert answer.status_code == 422
    assert {problem["field"] for problem in answer.json()["details"]["problems"]} == {"generations", "sede"}
    assert gateway.airflow.created == []


@pytest.mark.parametrize(("caller", "dag_id"), [("user:viewer", "mine"), ("user:admin:mine", "others")])
def test_who_may_not_create_runs_starts_nothing(gateway, caller, dag_id) -> None:
    assert gateway.post("/trials", {"dag_id": dag_id}, caller).status_code == 403
    assert gateway.airflow.created == []


def test_what_airflow_refuses_is_told_and_not_recorded(gateway) -> None:
    gateway.airflow.refusal = PermissionDeniedError("Airflow refuses to start DAG mine.")
    assert gateway.post("/trials", {"dag_id": "mine"}).status_code == 403
    assert gateway.get("/trials").json()["workflows"] == []


def test_secrets_in_what_was_asked_are_not_recorded(gateway) -> None:
    workflow = gateway.post("/trials", {"dag_id": "others", "config": {"api_key": "hunter2"}}).json()["workflow"]
    assert "hunter2" not in gateway.get(f"/workflows/{workflow['id']}/events").text
    assert gateway.airflow.created[0]["conf"] == {"api_key": "hunter2"}


def test_a_fork_is_a_run_that_names_its_parent_and_both_sides_know_it(gateway) -> None:
    parent = gateway.trial(completed=True)
    answer = gateway.post(f"/trials/{parent}/forks", {"generation": 2, "config": {"mutation_rate": 0.4}})
    child = answer.json()["workflow"]
    (run,) = gateway.airflow.created
    assert run["conf"]["fork"] == {
        "trial_id": f"t-{parent}",
        "generation": 2,
        "workflow_id": str(parent),
        "config": {"mutation_rate": 0.4},
    }
    assert (child["parent_id"], child["parent_generation"]) == (str(parent), 2)
    assert gateway.get(f"/trials/{parent}").json()["forks"] == [child["id"]]


def test_a_fork_that_is_asked_for_again_shares_what_it_shared_though_its_parent_went_on(gateway, make_generation) -> None:
    parent, key = gateway.trial(), {"Idempotency-Key": "k"}
    told = [GenerationCompleted(generation=make_generation(number)) for number in range(3)]
    gateway.tell(parent, *told[:2])
    first = gateway.post(f"/trials/{parent}/forks", {}, headers=key).json()
    gateway.tell(parent, told[2])
    again = gateway.post(f"/trials/{parent}/forks", {}, headers=key)
    assert again.status_code == 200
    assert (again.json()["created"], again.json()["workflow"]["id"]) == (False, first["workflow"]["id"])
    assert again.json()["workflow"]["parent_generation"] == 1
    other = gateway.post(f"/trials/{parent}/forks", {}).json()["workflow"]
    assert other["parent_generation"] == 2
    assert gateway.post(f"/trials/{parent}/forks", {"generation": 0}, headers=key).status_code == 409


def test_a_fork_knows_its_parents_services(gateway) -> None:
    gateway.post(f"/trials/{gateway.trial(completed=True)}/forks", {})
    assert gateway.airflow.created[0]["conf"]["evolution_conn_id"] == "evo"


def test_a_fork_of_a_trial_in_a_dag_without_a_form_runs_in_the_packaged_one(gateway) -> None:
    caller_dags = "user:admin"
    gateway.post(f"/trials/{gateway.trial(dag_id='others', completed=True)}/forks", {}, caller_dags)
    assert gateway.airflow.created[0]["dag_id"] == "dean_evolution_trial"


def test_generations_nobody_recorded_cannot_be_shared(gateway) -> None:
    completed, fresh = gateway.trial(completed=True), gateway.trial()
    assert gateway.post(f"/trials/{completed}/forks", {"generation": 5}).status_code == 422
    assert gateway.post(f"/trials/{fresh}/forks", {}).status_code == 409


def test_a_fork_needs_the_right_to_read_and_to_create(gateway) -> None:
    parent = gateway.trial(completed=True)
    assert gateway.post(f"/trials/{parent}/forks", {}, "user:viewer").status_code == 403
    assert gateway.post(f"/trials/{parent}/forks", {}, "user:admin:others").status_code == 403


@pytest.mark.parametrize(("digest", "agrees"), [("ab" * 32, True), ("cd" * 32, False)])
def test_a_replay_runs_what_was_recorded_and_its_digest_is_compared_when_it_ends(gateway, digest, agrees) -> None:
    original = gateway.trial(completed=True)
    replay = gateway.post(f"/trials/{original}/replays", {}).json()["workflow"]
    (run,) = gateway.airflow.created
    asked = run["conf"]["replay"]
    assert (asked["trial_id"], asked["digest"], asked["generation"]) == (f"t-{original}", "ab" * 32, 4)
    assert asked["config"]["seed"] == 7
    told = TrialCompleted(generation=4, digest=digest)
    facts = [{"event_type": told.event_type, "idempotency_key": told.key(), "details": told.details()}]
    origin = {"dag_id": "mine", "run_id": run["run_id"]}
    path = f"/workflows/{replay['id']}/events"
    claims = f"task:mine:{run['run_id']}"
    for _ in range(2):
        assert gateway.post(path, {"origin": origin, "facts": facts}, claims).status_code == 200
    detail = gateway.get(f"/trials/{original}").json()
    assert detail["replays"] == [replay["id"]]
    events = gateway.get(f"/workflows/{original}/events?event_type=trial.replayed").json()["events"]
    assert [event["details"] for event in events] == [{"replay_id": replay["id"], "digest": digest, "agrees": agrees}]


def test_a_task_cannot_write_into_another_trials_record_by_calling_itself_its_replay(gateway) -> None:
    from dean_provider.contract.events.trial import TrialRequested

    original, impostor = gateway.trial(completed=True), gateway.trial(run_id="own")
    facts = [TrialRequested(source="replay", asked={"replay_of": str(original)}), TrialCompleted(generation=1, digest="ef" * 32)]
    told = [{"event_type": fact.event_type, "idempotency_key": fact.key(), "details": fact.details()} for fact in facts]
    body = {"origin": {"dag_id": "mine", "run_id": "own"}, "facts": told}
    assert gateway.post(f"/workflows/{impostor}/events", body, "task:mine:own").status_code == 200
    assert gateway.get(f"/trials/{original}").json()["replays"] == []


def test_only_what_completed_can_be_replayed(gateway) -> None:
    assert gateway.post(f"/trials/{gateway.trial()}/replays", {}).status_code == 409
