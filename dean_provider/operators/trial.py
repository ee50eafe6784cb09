"""``start_evolution`` and ``compensate``: the beginning of a trial, and its end when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from dean_provider.contract.config import OnKill
from dean_provider.handle import TrialHandle, TrialPlan
from dean_provider.links import TrialLink
from dean_provider.operators.base import TrialOperator
from dean_provider.operators.validation import warn_of_drift
from dean_provider.triggers.task_state import cleared

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.events.fact import Fact
    from dean_provider.contract.trial import Trial
    from dean_provider.hooks import EvolutionAPIHook
    from dean_provider.recording.recorder import Recorder

__all__ = ["CompensateOperator", "StartEvolutionOperator"]

RECORD_SECONDS = 60.0
"""How long the last step takes to complete a record that is behind; the reconciler does the rest."""

STOPPING_PAUSES = (0.1, 0.2, 0.5, 1.0, 1.0, 1.0, 1.0)
"""Between looks at whether a trial that was told to stop has done so."""


class StartEvolutionOperator(TrialOperator):
    """Start the trial, or find it: a retry, a crash between request and answer, or a clear never starts a second one.

    A running trial is re-attached to, a completed one is done. A stopped one resumes from its last committed generation when this task
    was cleared; a mere retry fails instead, for whoever stopped it meant it.
    The configuration it was started with stays in force. A fork goes on from its parent's generations.

    :param plan: what ``validate_trial`` returned. (templated)
    :param population: what ``initialize_population`` returned. (templated)
    """

    template_fields: Sequence[str] = ("plan", "population")
    operator_extra_links = (TrialLink(),)

    def __init__(self, *, plan: Mapping[str, Any] | Any, population: Mapping[str, Any] | Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.population = population

    async def act(self, context: Context) -> dict[str, Any]:
        plan = TrialPlan.model_validate(self.plan)
        async with self.recording(plan.record, context) as recorder:
            return await self._start(context, plan, recorder)

    async def _start(self, context: Context, plan: TrialPlan, recorder: Recorder) -> dict[str, Any]:
        from dean_provider.errors import TrialFailedError
        from dean_provider.recording.facts import ending

        plan = self._forked_at(plan, (self.population or {}).get("generation"))
        population = (self.population or {}).get("population_id") or plan.population_id or plan.trial_id
        trial = await self._started(context, plan, population)
        self.log.info("Trial %s is %s at generation %d.", trial.trial_id, trial.status.value, trial.current_generation)
        if trial.status.value == "failed":
            await recorder.report(ending(trial))
            raise TrialFailedError(
                f"Trial {trial.trial_id} failed: {trial.error or 'the service gave no reason'}.",
                suggestions=["A failed trial stays failed; start a new run."],
            )
        plan = self._forked_at(plan, trial.parent.generation if trial.parent else None)
        if not trial.status.ended:
            await recorder.tell(*self._beginning(context, plan, trial))
        handle = TrialHandle.started(
            plan, trial_id=trial.trial_id, population_id=trial.population_id or population, config=trial.config or plan.config
        )
        return handle.to_xcom()

    @staticmethod
    def _beginning(context: Context, plan: TrialPlan, trial: Trial) -> list[Fact]:
        from dean_provider.contract.events.trial import TrialForked, TrialStarted

        ti: Any = context["ti"]
        facts: list[Fact] = [
            TrialStarted(
                trial_id=trial.trial_id,
                population_id=trial.population_id,
                generation=trial.current_generation,
                resumptions=trial.resumptions,
                try_number=ti.try_number,
            )
        ]
        if plan.parent is not None and plan.record is not None:
            parent = str(plan.parent.workflow_id or plan.parent.trial_id)
            facts.append(TrialForked(parent_id=parent, child_id=str(plan.record.workflow_id), generation=plan.parent.generation))
        return facts

    @staticmethod
    def _forked_at(plan: TrialPlan, generation: int | None) -> TrialPlan:
        """The plan of a fork with the generation it was really forked at, which an earlier try may have settled."""
        if plan.parent is None or generation is None:
            return plan
        return plan.model_copy(update={"parent": plan.parent.model_copy(update={"generation": generation})})

    async def _started(self, context: Context, plan: TrialPlan, population: str) -> Trial:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import ForkOrigin, StartTrial, TrialRef
        from dean_provider.errors import ConflictError

        hook = self.evolution(plan.evolution_conn_id, context)
        fork = None if plan.parent is None else ForkOrigin(trial_id=plan.parent.trial_id, generation=plan.parent.generation)
        asked = StartTrial(trial_id=plan.trial_id, population_id=population, config=plan.config, fork=fork)
        ti: Any = context["ti"]
        if ti.try_number > 1 and not cleared(context, self.retries):
            await self._refuse_if_stopped(hook, plan.trial_id)
        try:
            return await hook.acall(evolution.START_TRIAL, asked)
        except ConflictError:
            stored = await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=plan.trial_id))
            if stored.config is None or stored.population_id is None:
                raise
            warn_of_drift(self.log, stored.config, plan.config)
            again = StartTrial(trial_id=plan.trial_id, population_id=stored.population_id, config=stored.config, fork=stored.parent)
            return await hook.acall(evolution.START_TRIAL, again)

    async def _refuse_if_stopped(self, hook: EvolutionAPIHook, trial_id: str) -> None:
        """Leave a trial alone that somebody stopped after an earlier try had started it: starting it again would resume it."""
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef, TrialStatus
        from dean_provider.errors import NotFoundError

        with suppress(NotFoundError):
            trial = await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=trial_id))
            if trial.status is TrialStatus.STOPPED:
                raise AirflowFailException(
                    f"Trial {trial_id} was stopped at generation {trial.current_generation}, and a retry does not resume it; "
                    "clear this task to go on from there."
                )


class CompensateOperator(TrialOperator):
    """Teardown: stop a trial that is still under way when its run is over, and release a population no trial came to use.

    A trial whose policy is ``leave`` runs on. What a completed, failed or stopped trial recorded is kept.

    It never hides a failure, neither of the trial nor of its own. When somebody marks a whole run failed, Airflow skips what has
    not run, lets teardowns finish and then judges the run by its last tasks: skipped counts as success. So this task, as a teardown
    whose failure fails the run, compensates first and then fails when one of the tasks it ``answers_for`` did.

    :param plan: what ``validate_trial`` returned. (templated)
    :param trial: what ``start_evolution`` returned; missing when it failed. (templated)
    :param answers_for: task ids, in the same run and with the same map index.
    """

    template_fields: Sequence[str] = ("plan", "trial")

    def __init__(
        self, *, plan: Mapping[str, Any] | Any, trial: Mapping[str, Any] | Any = None, answers_for: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.trial = trial
        self.answers_for = tuple(answers_for)

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.trial import TrialCompensated

        plan = TrialPlan.model_validate(self.plan)
        async with self.recording(plan.record, context, last=True) as recorder:
            done, trial = await self._compensate(context, plan)
            self.log.info("%s", done["note"])
            failed = self.failed_among(context, self.answers_for) if self.answers_for else []
            if recorder.on:
                recorder.announce(TrialCompensated(**done))
                trial = await self._at_rest(context, plan, trial) if trial and done["stopped"] else trial
                await (self._complete(context, plan, recorder, trial, failed) if trial else self._close(context, recorder, failed))
        if failed:
            raise AirflowFailException(f"The run fails because {', '.join(failed)} did. Compensation: {done['note']}")
        return done

    @staticmethod
    async def _close(context: Context, recorder: Recorder, failed: Sequence[str]) -> None:
        """Tell that the run came to no trial."""
        from dean_provider.contract.events.trial import TrialFailed

        ti: Any = context["ti"]
        error = f"No trial was started: {', '.join(failed) or 'nothing'} failed."
        await recorder.tell(TrialFailed(error=error, task_id=failed[0] if failed else None, try_number=ti.try_number))

    async def _complete(self, context: Context, plan: TrialPlan, recorder: Recorder, trial: Trial, failed: Sequence[str]) -> None:
        """Tell whatever the record lacks: no other step comes after this one."""
        from dean_provider.recording.followed import record_end

        hook = self.evolution(plan.evolution_conn_id, context)
        reason = f"{', '.join(failed)} did not succeed" if failed else "the run is over"
        await record_end(recorder, hook, trial, seconds=RECORD_SECONDS, reason=reason, behind=bool(failed))

    async def _at_rest(self, context: Context, plan: TrialPlan, trial: Trial) -> Trial:
        """A trial that was told to stop once it has, at its next generation boundary; as it is then, when that takes too long."""
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef
        from dean_provider.errors import DeanError

        hook = self.evolution(plan.evolution_conn_id, context)
        with suppress(DeanError):
            for pause in STOPPING_PAUSES:
                trial = await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=trial.trial_id))
                if trial.status.ended:
                    break
                await asyncio.sleep(pause)
        return trial

    async def _compensate(self, context: Context, plan: TrialPlan) -> tuple[dict[str, Any], Trial | None]:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef
        from dean_provider.errors import NotFoundError

        trial_id = TrialHandle.of(self.trial).trial_id if self.trial else plan.trial_id
        hook = self.evolution(plan.evolution_conn_id, context)
        try:
            trial = await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=trial_id))
        except NotFoundError:
            return await self._release(plan, context), None
        policy = trial.config.on_kill if trial.config else plan.config.on_kill
        if trial.status.ended:
            return _done(f"Trial {trial_id} has ended ({trial.status.value}); nothing is left to do."), trial
        if policy is OnKill.LEAVE:
            return _done(f"Trial {trial_id} is still {trial.status.value}; by its policy it is left alone."), trial
        return await self._stop(hook, trial_id, context["run_id"]), trial

    async def _stop(self, hook: EvolutionAPIHook, trial_id: str, run_id: str) -> dict[str, Any]:
        from dean_provider.triggers.trial import stop_trial

        how = await stop_trial(hook, trial_id, f"Airflow run {run_id} is over")
        return _done(f"Trial {trial_id} was left under way and told to stop: {how}.", stopped=True)

    async def _release(self, plan: TrialPlan, context: Context) -> dict[str, Any]:
        from dean_provider.contract.endpoints import indexagent
        from dean_provider.contract.population import PopulationRef
        from dean_provider.errors import NotFoundError

        nothing = _done("No trial was started, and there is no population to release.")
        hook = self.indexagent(plan.indexagent_conn_id, context)
        if plan.population_id is None or not await self.supports(hook, indexagent.RELEASE_POPULATION):
            return nothing
        try:
            await hook.acall(indexagent.RELEASE_POPULATION, PopulationRef(population_id=plan.population_id))
        except NotFoundError:
            return nothing
        return _done(f"No trial was started; population {plan.population_id} is released.", released=True)


def _done(note: str, *, stopped: bool = False, released: bool = False) -> dict[str, Any]:
    return {"stopped": stopped, "released": released, "note": note}
