"""The trigger that waits for a trial, and decides what a cancelled wait means for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from dean_provider.contract.config import OnKill
from dean_provider.errors import DeanError, InvalidStateError, NotFoundError, UnsupportedOperationError
from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.facts import ending
from dean_provider.recording.tasks import recorder_for
from dean_provider.telemetry.work import working
from dean_provider.triggers.following import Watch
from dean_provider.triggers.look_up import looked_up
from dean_provider.triggers.recorded import follow_recorded
from dean_provider.triggers.task_state import GIVEN_UP, TaskIdentity, read_task_state

if TYPE_CHECKING:
    from dean_provider.hooks import EvolutionAPIHook
    from dean_provider.recording.recorder import Recorder

__all__ = ["TrialTrigger", "stop_trial"]

STATE_SECONDS = 60.0
"""How long the supervisor may take to tell a task's state. For the first question anybody asks, it puts an API together, for seconds in
which it passes no event on: so it is asked only when the answer matters. A triggerer that is stopping answers at once or not at all, or
kills what waits for it, which touches nothing either."""

STOP_SECONDS = 20.0
TELL_SECONDS = 5.0


async def stop_trial(hook: EvolutionAPIHook, trial_id: str, reason: str) -> str:
    """Stop a trial and say what came of it, in words; a trial that has ended or never was counts as stopped.

    :raises DeanError: when the service cannot be told.
    """
    from dean_provider.contract.endpoints import evolution
    from dean_provider.contract.trial import StopTrial

    try:
        trial = await hook.acall(evolution.STOP_TRIAL, StopTrial(trial_id=trial_id, reason=reason[:1000]))
    except NotFoundError:
        return "there was no such trial"
    except InvalidStateError as error:
        return f"nothing was left to stop: {error.message}"
    except UnsupportedOperationError:
        return "it runs on: this service has no way to stop a trial"
    return f"it is {trial.status.value} at generation {trial.current_generation}"


class TrialTrigger(BaseTrigger):
    """Wait for a trial without a worker slot and fire once, with what :func:`dean_provider.triggers.following.follow` found.

    Every argument is JSON. Running it in two triggerers at once does no harm.

    When it is cancelled, Airflow is asked for the state of the waiting task instance: failed, success, skipped or removed mean
    that somebody gave the trial up, and it is stopped (unless ``on_kill`` is ``leave``). In any other state, or without an
    answer in time, the trial is not touched: a cleared task re-attaches, another triggerer goes on. Without a task instance
    (``airflow dags test``) nothing is decided at all.

    :param watch: :class:`~dean_provider.triggers.following.Watch` in JSON form.
    :param identity: :class:`~dean_provider.triggers.task_state.TaskIdentity` in JSON form.
    :param evolution_conn_id: connection to the Evolution API.
    :param on_kill: ``stop`` or ``leave``.
    :param correlation_id: goes with every call.
    :param record: where to record what happens, and what could not be told yet, in JSON form; ``None`` records nothing.
    """

    def __init__(
        self,
        watch: Mapping[str, Any],
        identity: Mapping[str, Any],
        evolution_conn_id: str,
        on_kill: str = OnKill.STOP.value,
        correlation_id: str | None = None,
        *,
        record: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watch = Watch.of(watch)
        self.identity = TaskIdentity(**identity)
        self.evolution_conn_id = evolution_conn_id
        self.policy = OnKill(on_kill)
        self.correlation_id = correlation_id
        self.record = dict(record) if record else None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {
                "watch": self.watch.as_arguments(),
                "identity": self.identity.as_arguments(),
                "evolution_conn_id": self.evolution_conn_id,
                "on_kill": self.policy.value,
                "correlation_id": self.correlation_id,
                "record": self.record,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        try:
            # In a thread: what the client needs takes a second to import, and every trigger of this process shares the loop.
            hook = await asyncio.to_thread(self.hook)
            with working(type(self).__name__, **self._known()):
                await looked_up(hook)
                event = await follow_recorded(hook, self.watch, self.recorder(), log=self.log)
        except asyncio.CancelledError:
            await self._after_cancellation()
            raise
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    def _known(self) -> dict[str, Any]:
        return {
            "trial_id": self.watch.trial_id,
            "workflow_id": ((self.record or {}).get("ref") or {}).get("workflow_id"),
            "dag_id": self.identity.dag_id,
            "run_id": self.identity.run_id,
            "correlation_id": self.correlation_id,
        }

    def hook(self) -> EvolutionAPIHook:
        """The client of the Evolution API."""
        from dean_provider.contract.endpoints import evolution  # noqa: F401 - imported here so that the loop need not
        from dean_provider.hooks import EvolutionAPIHook
        from dean_provider.hooks.transport_async import AsyncTransport  # noqa: F401 - likewise

        return EvolutionAPIHook(self.evolution_conn_id, correlation_id=self.correlation_id)

    def recorder(self) -> Recorder:
        """Whom to tell what happens to the trial."""
        record = self.record or {}
        ref = RecordRef.model_validate(record["ref"]) if record.get("ref") else None
        task, backlog = self.identity.as_arguments(), Backlog.of(record.get("backlog"))
        return recorder_for(ref, task, correlation_id=self.correlation_id, log=self.log, backlog=backlog)

    async def _after_cancellation(self) -> None:
        """Decide in a task of its own: a second cancellation must not interrupt it, nor may it hold up a triggerer that stops."""
        if self.task_instance is None:
            return
        deciding = asyncio.ensure_future(self._decide())
        try:
            done, _ = await asyncio.wait({deciding}, timeout=STATE_SECONDS + STOP_SECONDS)
        except asyncio.CancelledError:
            return
        if not done:
            self.log.warning("It took too long to stop trial %s; the run's teardown will.", self.watch.trial_id)

    async def _decide(self) -> None:
        trial = self.watch.trial_id
        try:
            state = await self._task_state()
        except Exception as error:  # noqa: BLE001 - whatever the reason, no answer means hands off
            self.log.info("Waiting for trial %s was cancelled; the task's state is unknown (%s), so the trial is left alone.", trial, error)
            return
        if state not in GIVEN_UP:
            self.log.info("Waiting for trial %s was cancelled; the task is %s, so the trial is left alone.", trial, state or "cleared")
        elif self.policy is OnKill.LEAVE:
            self.log.info("The task that waited for trial %s is %s; by its policy the trial is left running.", trial, state)
        else:
            await self._stop(state or "")

    async def _task_state(self) -> str | None:
        # Shielded: in Airflow 3.2 a cancelled question leaves its answer in the pipe and breaks every trigger of the process.
        asking = asyncio.ensure_future(read_task_state(self.identity))
        done, _ = await asyncio.wait({asking}, timeout=STATE_SECONDS)
        if not done:
            asking.add_done_callback(lambda task: task.cancelled() or task.exception())
            raise TimeoutError(f"no answer within {STATE_SECONDS:g} s")
        return asking.result()

    async def _stop(self, state: str) -> None:
        hook = self.hook()
        task = f"{self.identity.dag_id}/{self.identity.run_id}/{self.identity.task_id}"
        try:
            how = await asyncio.wait_for(stop_trial(hook, self.watch.trial_id, f"Airflow task {task} is {state}"), STOP_SECONDS)
        except (DeanError, TimeoutError, asyncio.TimeoutError) as error:
            self.log.warning("Trial %s could not be stopped (%s); the run's teardown will try again.", self.watch.trial_id, error)
        else:
            self.log.info("The task that waited for trial %s is %s; the trial was told to stop: %s.", self.watch.trial_id, state, how)
            await self._tell_end(hook, f"{self.identity.task_id} is {state}")

    async def _tell_end(self, hook: EvolutionAPIHook, reason: str) -> None:
        """Tell the recorder why the trial stopped, if it has by now; else the run's teardown does."""
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef

        recorder = self.recorder()
        if not recorder.on:
            return
        with suppress(DeanError, TimeoutError, asyncio.TimeoutError):
            reading = hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=self.watch.trial_id))
            await recorder.report(ending(await asyncio.wait_for(reading, TELL_SECONDS), reason))
