from __future__ import annotations

from uuid import UUID

import pytest

from dean_provider.contract.events.pattern import PropagationPlanned
from dean_provider.contract.events.trial import RunEnded, TrialStarted

WORKFLOW = UUID(int=5)
PLANNED = PropagationPlanned(source_trial_id="a", target_trial_id="b", objective="sphere", config={})


@pytest.fixture
def tell(gateway):
    """Tells facts as the task that starts a trial in a run."""

    def told(*facts, workflow_id=WORKFLOW, dag_id="mine", run_id="run", caller=None, **more):
        said = [{"event_type": fact.event_type, "idempotency_key": fact.key(), "details": fact.details()} for fact in facts]
        body = {"origin": {"dag_id": dag_id, "run_id": run_id}, "facts": said, **more}
        return gateway.post(f"/workflows/{workflow_id}/events", body, caller or f"task:{dag_id}:{run_id}")

    return told


def test_an_execution_is_recorded_as_of_the_type_that_it_is_told_under(gateway, tell) -> None:
    assert tell(PLANNED, workflow_type="pattern_propagation").status_code == 200
    tell(TrialStarted(trial_id="t-1"), workflow_id=UUID(int=6))
    for kind, expected in (("pattern_propagation", WORKFLOW), ("trial", UUID(int=6))):
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
