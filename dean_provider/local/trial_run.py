"""One DAG run of a trial: triggered by Airflow's command line, followed through Airflow's API and the Evolution API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import Generation, ListGenerations, ListTrials, Trial, TrialRef, Verification
from dean_provider.errors import NotFoundError, TrialFailedError
from dean_provider.local.result import Record
from dean_provider.local.stack import Stack

__all__ = ["Progress", "TrialRun"]

DAG_ID = "dean_evolution_trial"
LABEL = "dag-run"
_FAILED = ("failed", "upstream_failed")
_FINAL = ("success", "skipped", "removed", *_FAILED)
_LOOK_SECONDS = 0.25
_ASK_SECONDS = 1.0
_ASK_WHILE_EVOLVING_SECONDS = 3.0


@dataclass
class Progress:
    """How a run stands.

    :param tasks: state by task id, in the DAG's order; ``None`` while nothing is decided.
    :param tries: by task id, from the second on.
    :param generations: those new since the last time.
    """

    state: str = "queued"
    tasks: dict[str, str | None] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    trial: Trial | None = None
    generations: list[Generation] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether the DAG run is over."""
        return self.state in ("success", "failed")


class TrialRun:
    """A run of ``dean_evolution_trial``.

    :param run_id: the DAG run's id, new for each.
    :param conf: settings of the trial, as the form would send them.
    """

    def __init__(self, stack: Stack, run_id: str, conf: Mapping[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self.run_id = run_id
        self._stack = stack
        self._clock = clock
        self._conf = {**conf, "labels": {**conf.get("labels", {}), LABEL: run_id}}
        self._path = f"/dags/{DAG_ID}/dagRuns/{quote(run_id, safe='')}"
        self._seen = 0
        self._trial_id: str | None = None
        self._places: dict[str, int] = {}

    def trigger(self) -> None:
        """``airflow dags trigger``, as anybody would."""
        self._stack.airflow("dags", "trigger", DAG_ID, "--run-id", self.run_id, "--conf", json.dumps(self._conf), "--output", "json")

    def follow(self) -> Iterator[Progress]:
        """How the run stands, again and again until it is over; the pace is the trial's.

        Airflow is asked seldom: its server has better things to do, and every answer costs it tens of milliseconds.

        :raises ServiceFailureError: when a component dies.
        """
        progress = Progress()
        ask_at = 0.0
        while not progress.ended:
            self._stack.supervisor.check()
            trial, generations = self._trial_progress()
            evolving = trial is not None and not trial.status.ended
            if self._clock() >= ask_at:
                progress = self._progress()
                ask_at = self._clock() + (_ASK_WHILE_EVOLVING_SECONDS if evolving else _ASK_SECONDS)
            yield replace(progress, trial=trial, generations=generations)
            self._pause(trial if evolving else None)

    def _progress(self) -> Progress:
        instances = self._stack.api.get(f"{self._path}/taskInstances")["task_instances"]
        instances.sort(key=lambda each: self._order().get(each["task_id"], 0))
        tasks = {each["task_id"]: each["state"] for each in instances}
        over = bool(tasks) and all(state in _FINAL for state in tasks.values())
        return Progress(
            state=self._stack.api.get(self._path)["state"] if over else "running",
            tasks=tasks,
            tries={each["task_id"]: each["try_number"] for each in instances if each["try_number"] > 1},
        )

    def _order(self) -> dict[str, int]:
        """Place of each task when every one comes after those it waits for."""
        if not self._places:
            tasks = self._stack.api.get(f"/dags/{DAG_ID}/tasks")["tasks"]
            waits: dict[str, set[str]] = {task["task_id"]: set() for task in tasks}
            for task in tasks:
                for later in task["downstream_task_ids"]:
                    waits[later].add(task["task_id"])
            self._places = {task: place for place, task in enumerate(TopologicalSorter(waits).static_order())}
        return self._places

    def _trial_progress(self) -> tuple[Trial | None, list[Generation]]:
        if self._trial_id is None:
            found = self._stack.evolution.call(evolution.LIST_TRIALS, ListTrials(label=f"{LABEL}={self.run_id}")).trials
            if not found:
                return None, []
            self._trial_id = found[0].trial_id
        page = self._stack.evolution.call(
            evolution.LIST_GENERATIONS, ListGenerations(trial_id=self._trial_id, start=self._seen, limit=1000)
        )
        self._seen += len(page.generations)
        return page.trial, page.generations

    def _pause(self, trial: Trial | None) -> None:
        """Wait a little, or until the running trial has another generation."""
        if trial is not None:
            request = ListGenerations(trial_id=trial.trial_id, start=self._seen, limit=1, wait_seconds=0.5)
            self._stack.evolution.call(evolution.LIST_GENERATIONS, request)
        self._stack.pause(_LOOK_SECONDS)

    def outcome(self) -> tuple[Trial, Verification]:
        """The finished trial and its verification.

        :raises NotFoundError: when the run never started a trial.
        """
        if self._trial_id is None:
            raise NotFoundError(f"Run {self.run_id} started no trial.")
        reference = TrialRef(trial_id=self._trial_id)
        call = self._stack.evolution.call
        return call(evolution.READ_TRIAL, reference), call(evolution.VERIFY_TRIAL, reference)

    def report(self) -> Path:
        """The report's file.

        :raises NotFoundError: when the run wrote none.
        """
        value = self._stack.api.get(f"{self._path}/taskInstances/publish_report/xcomEntries/report")["value"]
        return Path(unquote(urlsplit(str(value)).path))

    def record(self) -> Record | None:
        """Where the run is recorded, and how far it was when its outcome was published."""
        value = self._stack.api.get(f"{self._path}/taskInstances/publish_report/xcomEntries/return_value")["value"]
        found = value.get("record") if isinstance(value, dict) else None
        return None if found is None else Record.model_validate(found)

    def failure(self, progress: Progress) -> TrialFailedError:
        """Why the run failed, in one line: what the first failed task said last."""
        failed = [task for task, state in progress.tasks.items() if state in _FAILED]
        for task in failed:
            reason, log = self._reason(task)
            if reason:
                return TrialFailedError(
                    f"Task {task} failed: {reason}", details={"task": task, "log": str(log)}, suggestions=[f"Its log is {log}."]
                )
        return TrialFailedError(
            f"The run failed in {', '.join(failed) or 'no task'}.",
            details={"tasks": dict(progress.tasks)},
            suggestions=[f"The logs are in {self._stack.home / 'logs'} and {self._stack.home / 'airflow' / 'logs'}."],
        )

    def _reason(self, task: str) -> tuple[str, Path]:
        folder = self._stack.airflow_home.path / "logs" / f"dag_id={DAG_ID}" / f"run_id={self.run_id}" / f"task_id={task}"
        attempts = sorted(folder.glob("attempt=*.log"), key=lambda path: path.stat().st_mtime)
        return (_last_error(attempts[-1]), attempts[-1]) if attempts else ("", folder)


def _last_error(log: Path) -> str:
    """The last error in a task's log, which is JSON line by line."""
    found = ""
    for line in log.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("level") in ("error", "critical"):
            details = entry.get("error_detail") or [{}]
            found = " ".join(str(details[0].get("exc_value") or entry.get("event", "")).split())
    return found
