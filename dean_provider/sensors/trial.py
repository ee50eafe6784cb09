"""Sensors that wait for a trial, or for one of its generations."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
)

from dean_provider.contract.config import OnKill
from dean_provider.failures import as_airflow, failing_as_airflow
from dean_provider.handle import TrialHandle
from dean_provider.links import TrialLink
from dean_provider.sensors.deferral import refuse_ignored
from dean_provider.telemetry.work import known_of, working

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.events.trial import TrialStarted
    from dean_provider.contract.trial import Trial
    from dean_provider.handle import RecordRef
    from dean_provider.hooks import EvolutionAPIHook
    from dean_provider.recording.recorder import Recorder
    from dean_provider.triggers.following import Watch

__all__ = ["GenerationSensor", "TrialSensor"]

GRACE_SECONDS = 60.0
RECORD_SECONDS = 60.0
"""How long this task takes to complete a record that is behind; a later step does the rest."""

LONGEST_SECONDS = 400 * 86_400.0
"""More than the longest ``max_time_seconds``: unless somebody says otherwise, a trial's own limits end it."""

IGNORED = ("poke_interval", "mode", "exponential_backoff", "max_wait", "silent_fail")
KILL_SECONDS = 4.0
"""How long ``on_kill`` may take on a worker: a killed task is given five seconds."""


class TrialSensor(BaseSensorOperator):
    """Wait until a trial has ended, and return its summary: status, reason, generation, fitness, digest, tokens.

    Deferred, it needs no worker slot. A failed or stopped trial fails the task; so does one that runs longer than its
    ``max_time_seconds`` (and a minute), and a wait longer than ``execution_timeout`` or ``timeout``, deferred or not: the trial is
    then stopped, unless its policy says to leave it. While the trial is paused none of these comes nearer, for however long; only on
    a worker, where Airflow itself keeps ``execution_timeout``, that one includes pauses. Those failures are not retried, since
    another try would find the same. A service that fails more often in a row than tolerated fails the try only; the next try
    re-attaches.

    :param trial: what ``start_evolution`` returned, or the id of a trial that somebody else started. (templated)
    :param evolution_conn_id: connection to the Evolution API; that of the trial, else that of ``[dean]``, unless given. (templated)
    :param kill_policy: ``stop`` or ``leave``: what happens to the trial when this task is marked failed, success or skipped, or is
        removed, while it waits. The trial's own ``on_kill`` unless given; a trial known by its id alone is left.
    :param poll_seconds: seconds between two looks at the trial; as configured unless given.
    :param failure_tolerance: looks that may fail in a row; as configured unless given.
    :param deferrable: wait in the triggerer. Without a living triggerer the sensor waits on the worker all the same.
    :param timeout: seconds to wait in all, pauses of the trial excluded.
    """

    template_fields: Sequence[str] = ("trial", "evolution_conn_id")
    operator_extra_links = (TrialLink(),)
    ui_color = "#d5ead8"

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | str | Any,
        evolution_conn_id: str | None = None,
        kill_policy: OnKill | str | None = None,
        poll_seconds: float | None = None,
        failure_tolerance: int | None = None,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        timeout: float | timedelta = LONGEST_SECONDS,
        **kwargs: Any,
    ) -> None:
        refuse_ignored(kwargs, IGNORED)
        super().__init__(timeout=timeout, **kwargs)
        self.trial = trial
        self.evolution_conn_id = evolution_conn_id
        self.kill_policy = None if kill_policy is None else OnKill(kill_policy).value
        self.poll_seconds = poll_seconds
        self.failure_tolerance = failure_tolerance
        self.deferrable = deferrable
        self._poking: tuple[Any, TrialHandle] | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Look once; a trial that has ended needs no waiting. Then wait."""
        from dean_provider.sensors.recording import recording

        with failing_as_airflow():
            handle = self._handle()
        with self._working(context), recording(self, self._record(handle), context) as recorder:
            with failing_as_airflow():
                trial = self._first_look(context, handle, recorder)
            if trial is not None and self._settled(trial):
                asyncio.run(self._record_end(recorder, handle, trial))
                return self._soft(self._finish, handle, {"outcome": self._outcome(trial), "trial": self._summary(trial), "error": None})
            return self._wait(context, handle, trial, recorder)

    def resume(self, context: Context, event: Mapping[str, Any]) -> dict[str, Any]:
        """Go on with what the trigger found."""
        from dean_provider.recording.backlog import Backlog
        from dean_provider.sensors.recording import recording
        from dean_provider.triggers.recorded import UNRECORDED

        with failing_as_airflow():
            handle = self._handle()
        if UNRECORDED in event:
            with self._working(context), recording(self, self._record(handle), context, resumed=True) as recorder:
                recorder.backlog.merge(Backlog.of(event[UNRECORDED].get("backlog")))
                asyncio.run(self._record_end(recorder, handle))
        return self._finish(handle, event)

    def _working(self, context: Context) -> AbstractContextManager[None]:
        from dean_provider.triggers.task_state import TaskIdentity, correlation_of

        known = known_of(self, TaskIdentity.of(context).as_arguments(), correlation_of(context))
        return working(type(self).__name__, **known)

    def on_kill(self) -> None:
        """Decide what becomes of the trial when this task is killed while it waits on a worker.

        Also called when a worker shuts down, so Airflow is asked for the task's state. In a thread: the signal may have
        interrupted a conversation with Airflow that holds its lock.
        """
        if self._poking is None:
            return
        deciding = threading.Thread(target=self._decide_on_kill, args=self._poking, daemon=True)
        deciding.start()
        deciding.join(KILL_SECONDS)

    def until_generation(self) -> int | None:
        """Generation at which waiting ends; ``None`` waits for the trial's end."""
        return None

    def _record(self, handle: TrialHandle) -> RecordRef | None:
        """Where this task tells what it sees: who only waits for a generation leaves that to who waits for the end."""
        return handle.record if self.until_generation() is None else None

    async def _record_end(self, recorder: Recorder, handle: TrialHandle, trial: Trial | None = None) -> None:
        """Complete the record of a trial, as far as it has come."""
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef
        from dean_provider.errors import DeanError
        from dean_provider.recording.followed import record_end

        if not recorder.on:
            return
        hook = self._hook(handle)
        try:
            trial = trial or await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=handle.trial_id))
        except DeanError:
            await recorder.flush()
        else:
            await record_end(recorder, hook, trial, seconds=RECORD_SECONDS)

    def _handle(self) -> TrialHandle:
        handle = TrialHandle.of(self.trial)
        given: dict[str, Any] = {}
        if self._by_id():
            from dean_provider.config import resolve

            settings = resolve().settings
            given = {name: getattr(settings, name) for name in ("evolution_conn_id", "poll_seconds", "failure_tolerance")}
        for name in ("evolution_conn_id", "poll_seconds", "failure_tolerance"):
            if getattr(self, name) is not None:
                given[name] = getattr(self, name)
        if self.kill_policy is not None:
            given["on_kill"] = self.kill_policy
        return TrialHandle.model_validate({**handle.model_dump(), **given})

    def _by_id(self) -> bool:
        """Whether the trial was given by its id alone, and not by whoever started it."""
        return isinstance(self.trial, str) and not self.trial.lstrip().startswith("{")

    def _hook(self, handle: TrialHandle, correlation_id: str | None = None) -> EvolutionAPIHook:
        from dean_provider.hooks import EvolutionAPIHook

        return EvolutionAPIHook(handle.evolution_conn_id, correlation_id=correlation_id)

    def _first_look(self, context: Context, handle: TrialHandle, recorder: Recorder) -> Trial | None:
        """The trial now; ``None`` when the service cannot tell for the moment, which waiting tolerates."""
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef, TrialStatus
        from dean_provider.errors import DeanError, NotFoundError
        from dean_provider.triggers.task_state import cleared

        hook = self._hook(handle)
        try:
            trial = hook.call(evolution.READ_TRIAL, TrialRef(trial_id=handle.trial_id))
        except DeanError as error:
            if error.retryable or (isinstance(error, NotFoundError) and not self._by_id()):
                self.log.warning("The trial cannot be read yet: %s", error)
                return None
            raise
        if trial.status is TrialStatus.STOPPED and handle.on_kill is OnKill.STOP and cleared(context, self.retries):
            trial = self._started_again(hook, trial)
            recorder.announce(*self._beginning(context, trial))
        return trial

    def _started_again(self, hook: EvolutionAPIHook, trial: Trial) -> Trial:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import StartTrial

        if trial.config is None or trial.population_id is None:
            return trial
        self.log.info("This task was cleared and its trial is stopped, so trial %s is resumed.", trial.trial_id)
        again = StartTrial(trial_id=trial.trial_id, population_id=trial.population_id, config=trial.config, fork=trial.parent)
        return hook.call(evolution.START_TRIAL, again)

    @staticmethod
    def _beginning(context: Context, trial: Trial) -> list[TrialStarted]:
        from dean_provider.contract.events.trial import TrialStarted

        if trial.status.ended:
            return []
        return [
            TrialStarted(
                trial_id=trial.trial_id,
                population_id=trial.population_id,
                generation=trial.current_generation,
                resumptions=trial.resumptions,
                try_number=context["ti"].try_number,
            )
        ]

    def _settled(self, trial: Trial) -> bool:
        until = self.until_generation()
        return trial.status.ended or (until is not None and trial.current_generation >= until)

    def _outcome(self, trial: Trial) -> str:
        until = self.until_generation()
        return "reached" if until is not None and trial.current_generation >= until else "ended"

    def _summary(self, trial: Trial) -> dict[str, Any]:
        from dean_provider.triggers.following import summary

        return summary(trial)

    def _wait(self, context: Context, handle: TrialHandle, trial: Trial | None, recorder: Recorder) -> dict[str, Any]:
        from dean_provider.sensors.deferral import defers
        from dean_provider.triggers.task_state import TaskIdentity, correlation_of
        from dean_provider.triggers.trial import TrialTrigger

        watch, identity = self._watch(handle, trial), TaskIdentity.of(context)
        if defers(self.deferrable):
            self.defer(
                trigger=TrialTrigger(
                    watch=watch.as_arguments(),
                    identity=identity.as_arguments(),
                    evolution_conn_id=handle.evolution_conn_id,
                    on_kill=handle.on_kill.value,
                    correlation_id=correlation_of(context),
                    record=self._carried(recorder),
                ),
                method_name="resume",
            )
        return self._soft(self._finish, handle, self._poke_until(context, handle, watch, recorder))

    @staticmethod
    def _carried(recorder: Recorder) -> dict[str, Any] | None:
        """What the trigger must know of the record, and what could not be told until now."""
        if not recorder.on or recorder.ref is None:
            return None
        if recorder.backlog and recorder.backlog.since is None:
            asyncio.run(recorder.flush())
        return {"ref": recorder.ref.model_dump(mode="json"), "backlog": recorder.backlog.as_json()}

    def _watch(self, handle: TrialHandle, trial: Trial | None) -> Watch:
        from dean_provider.triggers.following import Watch
        from dean_provider.triggers.timing import paused_seconds

        now = time.time()
        limits = [self.timeout] + ([self.execution_timeout.total_seconds()] if self.execution_timeout else [])
        return Watch(
            trial_id=handle.trial_id,
            begun=now,
            until_generation=self.until_generation(),
            generations=handle.generations,
            poll_seconds=handle.poll_seconds,
            failure_tolerance=handle.failure_tolerance,
            most_running_seconds=handle.max_time_seconds + GRACE_SECONDS if handle.max_time_seconds else None,
            deadline=now + min(limits),
            paused_before=None if trial is None else paused_seconds(trial, now),
        )

    def _poke_until(self, context: Context, handle: TrialHandle, watch: Watch, recorder: Recorder) -> dict[str, Any]:
        from dean_provider.triggers.recorded import follow_recorded
        from dean_provider.triggers.task_state import correlation_of

        self._poking = (context["ti"], handle)
        try:
            return asyncio.run(follow_recorded(self._hook(handle, correlation_of(context)), watch, recorder, log=self.log))
        except AirflowTaskTimeout:
            return {"outcome": "deadline", "trial": None, "error": None}
        finally:
            self._poking = None

    def _finish(self, handle: TrialHandle, event: Mapping[str, Any]) -> dict[str, Any]:
        from dean_provider.contract.problem import Problem, to_error
        from dean_provider.triggers.following import Outcome

        outcome, trial = Outcome(event["outcome"]), event.get("trial") or {}
        if outcome is Outcome.UNREACHABLE:
            raise as_airflow(to_error(Problem.model_validate(event["error"])))
        if outcome is Outcome.REACHED or (outcome is Outcome.ENDED and trial.get("status") == "completed"):
            return dict(trial)
        if outcome is Outcome.ENDED:
            raise AirflowFailException(self._why(handle, trial))
        how = self._stop(handle, f"waited too long ({outcome.value})")
        if outcome is Outcome.OVERDUE:
            raise AirflowFailException(
                f"Trial {handle.trial_id} ran longer than max_time_seconds ({handle.max_time_seconds:g}) without ending; {how}."
            )
        raise AirflowSensorTimeout(f"Trial {handle.trial_id} did not end within the task's time; {how}.")

    def _why(self, handle: TrialHandle, trial: Mapping[str, Any]) -> str:
        if trial.get("status") == "failed":
            return f"Trial {handle.trial_id} failed: {trial.get('error') or 'the service gave no reason'}."
        return (
            f"Trial {handle.trial_id} was stopped at generation {trial.get('generation')}. "
            "It does not go on by itself; clear start_evolution, or this task, to resume it from there."
        )

    def _stop(self, handle: TrialHandle, reason: str) -> str:
        from dean_provider.errors import DeanError
        from dean_provider.triggers.trial import stop_trial

        if handle.on_kill is OnKill.LEAVE:
            return "by its policy it is left running"
        try:
            return asyncio.run(stop_trial(self._hook(handle), handle.trial_id, reason))
        except DeanError as error:
            return f"it could not be stopped ({error})"

    def _decide_on_kill(self, ti: Any, handle: TrialHandle) -> None:
        from dean_provider.triggers.task_state import GIVEN_UP, TaskIdentity

        try:
            identity = TaskIdentity.of({"ti": ti})
            states = ti.get_task_states(
                dag_id=identity.dag_id,
                run_ids=[identity.run_id],
                task_ids=[identity.task_id],
                map_index=identity.map_index if identity.map_index >= 0 else None,
            )
            state = identity.state_in(states)
        except Exception as error:  # noqa: BLE001 - whatever the reason, no answer means hands off
            self.log.info("This task is being killed; its state is unknown (%s), so the trial is left alone.", error)
            return
        if state in GIVEN_UP:
            self.log.info("This task is %s; trial %s: %s.", state, handle.trial_id, self._stop(handle, f"Airflow task is {state}"))

    def _soft(self, action: Any, *arguments: Any) -> dict[str, Any]:
        """Honour ``soft_fail`` and ``never_fail`` where Airflow's own sensor loop, which does, is not in use."""
        try:
            result: dict[str, Any] = action(*arguments)
        except AirflowException as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise
        return result


class GenerationSensor(TrialSensor):
    """Wait until a trial has committed a generation, and return its summary then. It never stops the trial.

    A trial that completes earlier satisfies it too: nothing further will come.

    :param generation: the generation to wait for; 0 is the initial population. (templated)
    """

    template_fields: Sequence[str] = (*TrialSensor.template_fields, "generation")

    def __init__(self, *, generation: int | str, **kwargs: Any) -> None:
        kwargs.setdefault("kill_policy", OnKill.LEAVE)
        super().__init__(**kwargs)
        self.generation = generation

    def until_generation(self) -> int:
        return int(self.generation)
