"""Steering a trial: each act is Airflow's and the service's own first, and then told to the record as done by the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from structlog import get_logger

from dean_provider.contract.endpoints import evolution, gateway
from dean_provider.contract.events import Fact, ReportedFact
from dean_provider.contract.events.pattern import PatternApplied
from dean_provider.contract.events.trial import TrialCancelled, TrialPaused, TrialResumed
from dean_provider.contract.pattern import AppliedPatterns, ApplyPatterns
from dean_provider.contract.steering import ApplyToTrial, CancelTrial, PauseWorkflow, ResumeWorkflow
from dean_provider.contract.trial import StopTrial, Trial, TrialRef, TrialStatus
from dean_provider.contract.workflow import TRIAL, Workflow, WorkflowDetail, WorkflowStatus
from dean_provider.errors import DeanError, InvalidStateError, NotFoundError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import record
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]

_log = get_logger(__name__)
_APPLY_SECONDS = 20.0
"""How long a request waits for patterns to be applied; then it goes on by itself, and the record tells when it is done."""


def routes(around: Surroundings) -> Table:
    steering = Steering(around)
    return {
        gateway.CANCEL_TRIAL: Served(steering.cancel, Right.EDIT, only=TRIAL),
        gateway.PAUSE_TRIAL: Served(steering.pause, Right.EDIT, only=TRIAL),
        gateway.RESUME_TRIAL: Served(steering.resume, Right.EDIT, only=TRIAL),
        gateway.APPLY_TO_TRIAL: Served(steering.apply, Right.EDIT, only=TRIAL),
    }


class Steering:
    """:param around: what the acts work with."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._going_on: set[asyncio.Task[Workflow]] = set()

    async def cancel(self, request: CancelTrial, call: Call) -> Workflow:
        """Stop the remote trial and fail its run. A service that cannot be reached keeps nobody from ending the run, whose own tasks then
        stop the trial, or the reconciler does.

        :raises InvalidStateError: when the trial has completed or failed.
        """
        trial = call.subject
        if trial.status is WorkflowStatus.CANCELLED:
            return _summary(trial)
        if trial.status.ended:
            raise _not_now(trial, "cancelled")
        if trial.dag_id and trial.run_id:
            await self.around.airflow.end_run(call.credentials, trial.dag_id, trial.run_id)
        stopped, note = await self._stopped(call, request.reason or f"cancelled by {call.caller.name}")
        if stopped is not None and stopped.status is TrialStatus.COMPLETED:
            raise InvalidStateError("The trial had completed before it could be stopped.", details={"status": stopped.status.value})
        fact = TrialCancelled(
            reason="; ".join(part for part in (request.reason, note) if part)[:2000],
            generation=stopped.current_generation if stopped else trial.generation,
            digest=stopped.digest if stopped else None,
            resumptions=stopped.resumptions if stopped else trial.resumptions,
        )
        return await self._tell(call, fact, f"cancelled:{fact.resumptions}:by:{call.caller.name}")

    async def _stopped(self, call: Call, reason: str) -> tuple[Trial | None, str]:
        """The trial once it was told to stop; else why it was not."""
        if call.subject.trial_id is None:
            return None, ""
        try:
            hook = await self.around.evolution_of(call)
            return await hook.acall(evolution.STOP_TRIAL, StopTrial(trial_id=call.subject.trial_id, reason=reason[:1000])), ""
        except NotFoundError:
            return None, ""
        except DeanError as error:
            _log.warning("a cancelled trial could not be told to stop yet", workflow_id=str(call.subject.id), error=str(error))
            return None, f"the service could not be told yet ({type(error).title.lower()})"

    async def pause(self, request: PauseWorkflow, call: Call) -> Workflow:
        """:raises InvalidStateError: when the trial has ended or has not started."""

        async def act() -> Fact:
            trial = await (await self.around.evolution_of(call)).acall(evolution.PAUSE_TRIAL, TrialRef(trial_id=_remote(call.subject)))
            return TrialPaused(generation=trial.current_generation, reason=request.reason)

        return await self._once(call, "paused", act, already=WorkflowStatus.PAUSED)

    async def resume(self, request: ResumeWorkflow, call: Call) -> Workflow:
        """:raises InvalidStateError: when the trial has ended or has not started."""

        async def act() -> Fact:
            trial = await (await self.around.evolution_of(call)).acall(evolution.RESUME_TRIAL, TrialRef(trial_id=_remote(call.subject)))
            return TrialResumed(generation=trial.current_generation)

        return await self._once(call, "resumed", act)

    async def apply(self, request: ApplyToTrial, call: Call) -> Workflow:
        """Measuring takes a service long: whoever asks gets the trial as it is by then, and the record tells what came of it."""
        trial_id = _remote(call.subject)
        if call.subject.status is not WorkflowStatus.COMPLETED:
            raise InvalidStateError(
                f"Trial {call.subject.id} is {call.subject.status.value}; patterns are applied to completed trials.",
                details={"status": call.subject.status.value},
            )
        hook = await self.around.evolution_of(call)
        hook.deadline = None

        async def work() -> Workflow:
            asked = ApplyPatterns(trial_id=trial_id, pattern_ids=list(request.pattern_ids))
            return await self._tell(call, _applied(await hook.acall(evolution.APPLY_PATTERNS, asked)))

        task = asyncio.create_task(work())
        self._going_on.add(task)
        task.add_done_callback(self._note_end)
        try:
            return await asyncio.wait_for(asyncio.shield(task), _APPLY_SECONDS)
        except asyncio.TimeoutError:
            return _summary(call.subject)

    def _note_end(self, task: asyncio.Task[Workflow]) -> None:
        self._going_on.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("patterns could not be applied", error=str(error))

    async def _once(self, call: Call, verb: str, act: Callable[[], Awaitable[Fact]], *, already: WorkflowStatus | None = None) -> Workflow:
        """Do it, unless it was done for the same idempotency key or the trial stands so already."""
        key = call.fact_key(f"{verb}:by:{call.caller.name}")
        if call.key and await self._told(call, key):
            return _summary(call.subject)
        if call.subject.status is already:
            return _summary(call.subject)
        if call.subject.status.ended:
            raise _not_now(call.subject, verb)
        return await self._tell(call, await act(), key)

    async def _told(self, call: Call, key: str) -> bool:
        def look() -> bool:
            from dean_provider.state import permitted

            with call.sessions() as session:
                return permitted.find_told(session, call.subject.id, key) is not None

        return await self.around.room.cheap.run(look)

    async def _tell(self, call: Call, fact: Fact, key: str | None = None) -> Workflow:
        told = ReportedFact.of(fact, key=key[:250] if key else None)
        _, trial = await self.around.room.cheap.run(lambda: record(call, call.subject.id, [told]))
        return _summary(trial)


def _remote(trial: WorkflowDetail) -> str:
    if trial.trial_id is None or trial.started_at is None:
        raise InvalidStateError(
            f"Trial {trial.id} has not started yet.", details={"status": trial.status.value}, suggestions=["Try again when it runs."]
        )
    return trial.trial_id


def _summary(trial: WorkflowDetail) -> Workflow:
    return Workflow.model_validate(trial.model_dump())


def _not_now(trial: Workflow, verb: str) -> InvalidStateError:
    return InvalidStateError(f"Trial {trial.id} is {trial.status.value} and cannot be {verb}.", details={"status": trial.status.value})


def _applied(found: AppliedPatterns) -> PatternApplied:
    return PatternApplied(**found.model_dump(include=set(PatternApplied.model_fields)))
