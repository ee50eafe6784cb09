from __future__ import annotations

from uuid import UUID

import pytest

from dean_provider.contract.events.pattern import PropagationPlanned
from dean_provider.contract.events.trial import RunEnded, TrialStarted
from dean_provider.operators.identity import trial_id

NAMESPACE = UUID(int=1)
"""Of the installation that the gateway of these tests is in."""


def named(dag_id="mine", run_id="run", task_id="start_evolution", map_index=-1):
    """Id of the execution that has its id from that task."""
    return UUID(trial_id(NAMESPACE, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index))


WORKFLOW, OTHER = named(), named(run_id="other")
PLANNED = PropagationPlanned(source_trial_id="a", target_trial_id="b", objective="sphere", config={})


@pytest.fixture
def tell(gateway):
    """Tells facts as the task that starts a trial in a run."""

    def told(*facts, workflow_id=WORKFLOW, dag_id="mine", run_id="run", caller=None, **more):
        said = [{"event_type": fact.event_type, "idempotency_key": fact.key(), "details": fact.details()} for fact in facts]
        origin = {"dag_id": dag_id, "run_id": run_id, "task_group": more.pop("task_group", "")}
        return gateway.post(
            f"/workflows/{workflow_id}/events", {"origin": origin, "facts": said, **more}, caller or f"task:{dag_id}:{run_id}"
        )

    return told


def test_an_execution_is_recorded_as_of_the_type_that_it_is_told_under(gateway, tell) -> None:
    assert tell(PLANNED, workflow_type="pattern_propagation").status_code == 200
    assert tell(TrialStarted(trial_id="t-1"), workflow_id=OTHER, run_id="other").status_code == 200
    for kind, expected in (("pattern_propagation", WORKFLOW), ("trial", OTHER)):
        found = gateway.get(f"/workflows?workflow_type={kind}").json()["workflows"]
        assert [(one["id"], one["workflow_type"]) for one in found] == [(str(expected), kind)]
    assert gateway.get(f"/trials/{WORKFLOW}").status_code == 404, "what steers trials does not touch it"
    gateway.tell(WORKFLOW, RunEnded(state="failed"), origin=None)
    assert gateway.get(f"/workflows/{WORKFLOW}").json()["status"] == "failed"


@pytest.mark.parametrize(("opened", "told"), [("trial", "pattern_propagation"), ("pattern_propagation", "trial"), ("trial", "system")])
def test_an_execution_keeps_the_type_it_was_opened_with(gateway, tell, opened, told) -> None:
    assert tell(PLANNED, workflow_type=opened).status_code == 200
    refused = tell(TrialStarted(trial_id="t-1"), workflow_type=told)
    assert refused.status_code == 403
    assert refused.json()["details"]["workflow_id"] == str(WORKFLOW)
    found = gateway.get(f"/workflows/{WORKFLOW}").json()
    assert (found["workflow_type"], found["sequence"]) == (opened, 2)


def test_a_task_speaks_for_its_own_run_only(tell) -> None:
    assert tell(PLANNED, caller="task:mine:other").status_code == 403
    assert tell(PLANNED, caller="task:others:run").status_code == 403


@pytest.mark.parametrize(
    "workflow_id",
    [
        named(dag_id="others"),
        named(run_id="tomorrow"),
        named(map_index=0),
        named(task_id="trial.start_evolution"),
        named(task_id="plan_propagation"),
        UUID(int=9),
    ],
    ids=["dag", "run", "map index", "group", "task", "anything"],
)
def test_a_task_opens_no_execution_but_its_runs_own(gateway, tell, workflow_id) -> None:
    refused = tell(TrialStarted(trial_id="t-1"), workflow_id=workflow_id)
    assert refused.status_code == 403
    assert "namespace" in refused.json()["suggestions"][0]
    assert gateway.get(f"/workflows/{workflow_id}").status_code == 404
    gateway.tell(workflow_id, TrialStarted(trial_id="t-2"), dag_id="others")
    assert gateway.get(f"/workflows/{workflow_id}").json()["dag_id"] == "others", "it is left for whose it is"


@pytest.mark.parametrize(
    ("task_id", "task_group", "opens"),
    [
        ("begin", "", True),
        ("trial.begin", "trial", True),
        ("trial.inner.begin", "trial", False),
        ("trial.begin", "", False),
        ("", "trial", False),
    ],
)
def test_the_task_that_an_execution_has_its_id_from_is_one_of_the_origins_group(tell, task_id, task_group, opens) -> None:
    workflow_id = named(task_id=task_id or "trial.begin")
    told = tell(TrialStarted(trial_id="t-1"), workflow_id=workflow_id, start_task_id=task_id, task_group=task_group)
    assert told.status_code == (200 if opens else 403)


def test_who_need_not_open_a_record_need_not_say_what_it_is_named_after(tell) -> None:
    assert tell(TrialStarted(trial_id="t-1"), workflow_id=named(task_id="begin"), start_task_id="begin").status_code == 200
    assert tell(TrialStarted(trial_id="t-2"), workflow_id=named(task_id="begin")).status_code == 200
