"""The notifier of trials: it finds what a trial came to, says it in a few lines, and leaves the sending to others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

from dean_provider.notifications.message import UNKNOWN, Message, message_of

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["TrialNotifier"]

Callback = Callable[[Any], object]
PUBLISH, START = "publish_report", "start_evolution"
REPORT = "report"
MOST_TASKS = 10


class TrialNotifier(BaseNotifier):
    """Tell how a trial went through other notifiers: those of Slack, SMTP, HTTP and so on, or any callback that takes a context.

    For ``on_success_callback`` and ``on_failure_callback`` of a DAG with trials in it, which then tells of each, or of one of a trial's
    own tasks, which tells of that trial. Every notifier is called with the callback's context and, for its templates, with

    - ``trial``: what ``publish_report`` returned; when it did not come to that, what is not known is none;
    - ``trial_subject``: one line;
    - ``trial_message``: a few, with outcome, score beside the baselines, digest and report.

    One that fails does not keep the others from being called; the first error is raised at the end.

    :param notifiers: called in this order, for each trial.
    """

    def __init__(self, *notifiers: BaseNotifier | Callback, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not notifiers or not all(callable(notifier) for notifier in notifiers):
            raise ValueError("TrialNotifier sends nothing by itself: give it the notifiers, or other callbacks, that do")
        self.notifiers = notifiers

    def notify(self, context: Context) -> None:
        """Call every notifier for every trial.

        :raises Exception: what the first notifier that failed raised.
        """
        errors: list[Exception] = []
        for outcome, message in self._told(context):
            told = {**context, "trial": outcome, "trial_subject": message.subject, "trial_message": message.text}
            errors += filter(None, [self._call(notifier, told) for notifier in self.notifiers])
        if errors:
            raise errors[0]

    def _call(self, notifier: Callback, told: dict[str, Any]) -> Exception | None:
        try:
            copy(notifier)(told)  # a notifier fills in its templates for good
        except Exception as error:  # noqa: BLE001 - whatever one of them does, the others are called
            self.log.warning("%s could not tell of the trial: %s", type(notifier).__name__, error)
            return error
        return None

    def _told(self, context: Any) -> Iterator[tuple[dict[str, Any], Message]]:
        reason = _reason(context)
        for outcome in list(_Outcomes(context)) or [{}]:
            yield {**UNKNOWN, **outcome}, message_of(outcome, reason)


class _Outcomes:
    """What the trials of a run came to, by what their tasks left in XComs.

    The callback of a whole run is handed one of its tasks, which says nothing of which trial is meant: that is every one then.
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        dag: Any = context["dag"]
        ti: Any = context.get("ti") if "reason" not in context else None
        self.where = {"dag_id": dag.dag_id, "run_id": context["run_id"]}
        self.map_index = None if ti is None else getattr(ti, "map_index", None)
        groups = [name.removesuffix(PUBLISH) for name in dag.task_ids if name.rpartition(".")[2] == PUBLISH]
        self.groups = [group for group in groups if ti is None or ti.task_id.startswith(group)]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for group in self.groups:
            yield from self._trials(group)

    def _trials(self, group: str) -> Iterator[dict[str, Any]]:
        """Those of a group, which may be mapped: every trial that was started, with its outcome if it came to one."""
        outcomes = {outcome["trial_id"]: outcome for outcome in self._pulled(group + PUBLISH, "return_value")}
        handles = {handle["trial_id"]: handle for handle in self._pulled(group + START, "return_value")}
        reports = self._pulled(group + PUBLISH, REPORT) if len(handles) == 1 else []
        for trial_id in handles | outcomes:
            known = {"trial_id": trial_id, "name": handles.get(trial_id, {}).get("name")}
            yield {**known, **({"report": reports[0]} if reports else {}), **outcomes.get(trial_id, {})}

    def _pulled(self, task_id: str, key: str) -> list[Any]:
        from airflow.sdk.execution_time.xcom import XCom

        if self.map_index is None:
            found = XCom.get_all(key=key, task_id=task_id, **self.where)
        else:
            found = [XCom.get_one(key=key, task_id=task_id, map_index=self.map_index, **self.where)]
        return [value for value in found or [] if value is not None]


def _reason(context: Mapping[str, Any]) -> str:
    """Why the run, or the task, failed; empty when it did not."""
    exception = context.get("exception")
    if exception is not None:
        return str(exception) or type(exception).__name__
    state = getattr(context.get("dag_run"), "state", None)
    word = str(context.get("reason") or "")
    if "reason" not in context or word == "success" or getattr(state, "value", state) == "success":
        return ""
    failed = _failed_tasks(context)
    return f"{', '.join(failed)} failed" if failed else word.replace("_", " ") or "the run failed"


def _failed_tasks(context: Mapping[str, Any]) -> list[str]:
    """Tasks of the run that failed by themselves; none when Airflow cannot be asked from here."""
    ti: Any = context.get("ti")
    try:
        states = ti.get_task_states(dag_id=context["dag"].dag_id, run_ids=[context["run_id"]])[context["run_id"]]
    except Exception:  # noqa: BLE001 - a message without them is better than none
        return []
    return sorted(task for task, state in states.items() if getattr(state, "value", state) == "failed")[:MOST_TASKS]
