from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, BaseNotifier
from airflow.sdk.execution_time import xcom

from dean_provider.factory import trial_dag, trial_task_group
from dean_provider.notifications import TrialNotifier

SENT: list[str] = []


class Spoken(BaseNotifier):
    """A notifier with a template, as Airflow's own are."""

    template_fields = ("text",)

    def __init__(self, text: str, fails: bool = False) -> None:
        super().__init__()
        self.text = text
        self.fails = fails

    def notify(self, context: Any) -> None:
        if self.fails:
            raise RuntimeError(self.text)
        SENT.append(self.text)


@pytest.fixture(autouse=True)
def _silence():
    SENT.clear()


@pytest.fixture
def left(monkeypatch):
    """What tasks left in XComs: ``{(task, key, map index): value}``."""
    values: dict[tuple[str, str, int], Any] = {}

    class Left:
        @staticmethod
        def get_one(*, key, task_id, map_index, dag_id, run_id):
            assert run_id == "r"
            return values.get((task_id, key, map_index))

        @staticmethod
        def get_all(*, key, task_id, dag_id, run_id):
            return [value for (task, name, _), value in sorted(values.items()) if (task, name) == (task_id, key)]

    monkeypatch.setattr(xcom, "XCom", Left)

    def leave(group="", index=-1, ended=True, name="packing"):
        handle = {"trial_id": f"{name}-{index}", "name": name}
        values[f"{group}start_evolution", "return_value", index] = handle
        values[f"{group}publish_report", "report", index] = f"file:///{name}{index}.html"
        if ended:
            outcome = {**handle, "status": "completed", "generations": 5, "digest": "d" * 64, "report": f"file:///{name}{index}.html"}
            values[f"{group}publish_report", "return_value", index] = outcome

    return leave


@pytest.fixture
def of_run():
    def make(dag, reason="success", states=None):
        ti = SimpleNamespace(task_id="compensate", map_index=-1, get_task_states=lambda **_: {"r": states or {}})
        state = "success" if reason == "success" else "failed"
        return {"dag": dag, "run_id": "r", "reason": reason, "ti": ti, "dag_run": SimpleNamespace(state=state)}

    return make


def of_task(dag, task_id, index=-1, **more):
    return {"dag": dag, "run_id": "r", "ti": SimpleNamespace(task_id=task_id, map_index=index), **more}


def test_a_run_that_ended_is_told_through_the_notifiers_given(left, of_run):
    left()
    TrialNotifier(Spoken("{{ trial_subject }}"), Spoken("{{ trial.digest }} {{ trial.report }}"))(of_run(trial_dag("d")))
    assert ["Trial packing completed", f"{'d' * 64} file:///packing-1.html"] == SENT


def test_every_trial_of_a_dag_is_told_and_templates_are_used_anew(left, of_run):
    with DAG("d", schedule=None) as dag:
        trial_task_group("one")
        trial_task_group("two")
    left("one.", name="first")
    left("two.", name="second")
    notifier = TrialNotifier(Spoken("{{ trial_subject }}"))
    notifier(of_run(dag))
    notifier(of_task(dag, "two.publish_report"))
    assert SENT == ["Trial first completed", "Trial second completed", "Trial second completed"]


def test_mapped_trials_are_each_told_with_what_is_theirs(left, of_run):
    dag = trial_dag("d")
    left(index=0)
    left(index=1, ended=False)
    left(index=2)
    TrialNotifier(Spoken("{{ trial.trial_id }} {{ trial.status }}"))(of_run(dag, "task_failure"))
    assert SENT == ["packing-0 completed", "packing-1 None", "packing-2 completed"]
    SENT.clear()
    TrialNotifier(Spoken("{{ trial.trial_id }}"))(of_task(dag, "publish_report", 2))
    assert SENT == ["packing-2"]


def test_a_failure_names_the_tasks_or_the_error(left, of_run):
    dag = trial_dag("d")
    left(ended=False)
    spoken = Spoken("{{ trial_message }}")
    TrialNotifier(spoken)(of_run(dag, "task_failure", {"await_evolution": "failed", "publish_report": "upstream_failed"}))
    TrialNotifier(spoken)(of_task(dag, "publish_report", exception=ValueError("it broke")))
    first, second = SENT
    assert "Trial packing failed" in first
    assert "Why: await_evolution failed" in first
    assert "Report: file:///packing-1.html" in first
    assert "Why: it broke" in second


def test_a_run_that_never_came_to_a_trial_is_told_all_the_same(left, of_run):
    TrialNotifier(Spoken("{{ trial_message }}"))(of_run(trial_dag("d"), "task_failure", {"validate_trial": "failed"}))
    assert SENT == ["Trial trial failed\nWhy: validate_trial failed"]


def test_one_that_fails_keeps_no_other_from_being_called(left, of_run):
    left()
    plain: list[Any] = []
    with pytest.raises(RuntimeError, match="Trial packing completed"):
        TrialNotifier(Spoken("{{ trial_subject }}", fails=True), Spoken("after"), plain.append)(of_run(trial_dag("d")))
    assert SENT == ["after"]
    assert plain[0]["trial"]["status"] == "completed"


def test_templates_may_name_all_that_a_report_returns(left, of_run):
    from dean_provider.notifications.message import UNKNOWN

    left(ended=False)
    TrialNotifier(Spoken(" ".join(f"{{{{ trial.{name} }}}}" for name in UNKNOWN)))(of_run(trial_dag("d"), "task_failure"))
    assert len(SENT) == 1


def test_without_anybody_who_sends_it_is_refused():
    for wrong in ((), ("slack",)):
        with pytest.raises(ValueError, match="sends nothing by itself"):
            TrialNotifier(*wrong)
