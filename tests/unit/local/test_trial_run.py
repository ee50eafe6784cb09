from __future__ import annotations

import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import GenerationPage, Trial, TrialPage, TrialStatus
from dean_provider.local.trial_run import Progress, TrialRun

RUN = "demo_1"


class FakeStack:
    """A stack whose DAG run goes through the given states."""

    def __init__(self, home: Path, states: list[str]) -> None:
        self.home = home
        self.airflow_home = SimpleNamespace(path=home / "airflow")
        self.states = states
        self.commands: list[tuple[str, ...]] = []
        self.asked: list[Any] = []
        self.trials: list[Trial] = []
        self.api = SimpleNamespace(get=self._get)
        self.evolution = SimpleNamespace(call=self._call)
        self.supervisor = SimpleNamespace(check=lambda: None)

    def airflow(self, *arguments: str) -> str:
        self.commands.append(arguments)
        return ""

    def pause(self, seconds: float) -> None:
        pass

    def _get(self, path: str, **query: Any) -> Any:
        if path.endswith("/xcomEntries/report"):
            return {"value": "file:///home/some%20one/demo.html"}
        if path == "/dags/dean_evolution_trial/tasks":
            return {
                "tasks": [
                    {"task_id": "await_evolution", "downstream_task_ids": []},
                    {"task_id": "start_evolution", "downstream_task_ids": ["await_evolution"]},
                ]
            }
        if path.endswith("/taskInstances"):
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            task = {"task_id": "start_evolution", "state": "success", "try_number": 2}
            later = {"task_id": "await_evolution", "state": state, "try_number": 0}
            return {"task_instances": [later, task]}
        assert path == f"/dags/dean_evolution_trial/dagRuns/{RUN}"
        return {"state": self.states[0]}

    def _call(self, operation: Any, request: Any) -> Any:
        self.asked.append((operation.name, request))
        if operation is evolution.LIST_TRIALS:
            return TrialPage(trials=self.trials)
        return GenerationPage(trial=self.trials[0], generations=[])


def test_a_run_is_triggered_by_airflows_command_line_and_labelled(tmp_path: Path):
    stack = FakeStack(tmp_path, [])
    TrialRun(stack, RUN, {"seed": 7, "labels": {"a": "b"}}).trigger()
    (command,) = stack.commands
    assert command[:5] == ("dags", "trigger", "dean_evolution_trial", "--run-id", RUN)
    assert json.loads(command[command.index("--conf") + 1]) == {"seed": 7, "labels": {"a": "b", "dag-run": RUN}}


@pytest.mark.parametrize("end", ["success", "failed"])
def test_following_ends_with_the_run(tmp_path: Path, end: str):
    stack = FakeStack(tmp_path, ["queued", "running", "deferred", end])
    states = []
    for progress in TrialRun(stack, RUN, {}, clock=itertools.count(step=10).__next__).follow():
        states.append(progress.state)
        if len(states) == 2:
            stack.trials = [Trial(trial_id="t", status=TrialStatus.RUNNING)]
    assert states == ["running", "running", "running", end]
    assert ("list_trials", "dag-run=demo_1") in [(name, getattr(request, "label", None)) for name, request in stack.asked]


def test_airflow_is_asked_once_a_second_and_less_while_the_trial_evolves(tmp_path: Path):
    stack = FakeStack(tmp_path, ["running"] * 100)
    clock = itertools.count(step=0.125)
    run = TrialRun(stack, RUN, {}, clock=clock.__next__)
    asked: list[float] = []
    stack.api = SimpleNamespace(get=lambda path, **query: asked.append(path) or stack._get(path))
    for _ in zip(range(40), run.follow(), strict=False):
        pass
    waiting = len(asked)
    stack.trials = [Trial(trial_id="t", status=TrialStatus.RUNNING)]
    for _ in zip(range(40), run.follow(), strict=False):
        pass
    assert 4 <= waiting <= 7
    assert len(asked) - waiting < waiting


def test_tasks_come_in_the_order_they_wait_for_each_other_with_repeated_tries(tmp_path: Path):
    (progress,) = TrialRun(FakeStack(tmp_path, ["success"]), RUN, {}).follow()
    assert list(progress.tasks) == ["start_evolution", "await_evolution"]
    assert progress.tries == {"start_evolution": 2}


def test_the_reports_path_is_read_from_its_uri(tmp_path: Path):
    assert TrialRun(FakeStack(tmp_path, []), RUN, {}).report() == Path("/home/some one/demo.html")


def test_a_failure_says_what_the_task_said_last(tmp_path: Path):
    folder = tmp_path / "airflow/logs/dag_id=dean_evolution_trial" / f"run_id={RUN}" / "task_id=validate_trial"
    folder.mkdir(parents=True)
    lines = [
        {"level": "info", "event": "starting"},
        {"level": "error", "event": "Task failed", "error_detail": [{"exc_type": "X", "exc_value": "population_size must\nbe positive"}]},
        {"level": "info", "event": "over"},
    ]
    (folder / "attempt=1.log").write_text("not json\n" + "\n".join(map(json.dumps, lines)))
    run = TrialRun(FakeStack(tmp_path, []), RUN, {})
    text = str(run.failure(Progress(state="failed", tasks={"validate_trial": "failed", "check_services": "upstream_failed"})))
    assert text.startswith("Task validate_trial failed: population_size must be positive")
    assert "attempt=1.log" in text


def test_a_failure_without_logs_names_the_tasks_and_where_to_look(tmp_path: Path):
    run = TrialRun(FakeStack(tmp_path, []), RUN, {})
    text = str(run.failure(Progress(state="failed", tasks={"validate_trial": "failed"})))
    assert "validate_trial" in text
    assert str(tmp_path / "logs") in text
