"""The steps of a pattern propagation: what holds in one trial is tried in another, and spread there or put in quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from dean_provider.operators.base import TrialOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.propagation import PropagationConfig
    from dean_provider.contract.trial import Trial
    from dean_provider.handle import RecordRef
    from dean_provider.hooks import EvolutionAPIHook
    from dean_provider.operators.propagation_plan import PropagationPlan
    from dean_provider.recording.recorder import Recorder

__all__ = [
    "CompensatePropagationOperator",
    "ExpandPatternsOperator",
    "PlanPropagationOperator",
    "SelectPatternsOperator",
    "SettlePropagationOperator",
    "TryPatternsOperator",
]

MADE_KEY = "made"
"""XCom with the populations a step has made so far, for whoever has to take them back."""


class PlanPropagationOperator(TrialOperator):
    """Read the run's params, look at both trials, and refuse what cannot work.

    Both must have completed, with the same objective, and the services must have every step. Running it again plans the same.

    :param config: settings of this propagation (:class:`~dean_provider.contract.propagation.PropagationConfig`), below the run's params.
        (templated)
    """

    template_fields: Sequence[str] = ("config",)

    def __init__(self, *, config: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = dict(config or {})

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.config import resolve
        from dean_provider.contract.events.pattern import PropagationPlanned
        from dean_provider.operators.propagation_plan import PropagationPlan, asked_for

        settings = resolve().settings
        record = await self._record(context, settings)
        async with self.recording(record, context) as recorder:
            config = asked_for({**self.config, **{key: value for key, value in context["params"].items() if value is not None}})
            api = self.evolution(settings.evolution_conn_id, context)
            await self._require_steps(api, context, settings.indexagent_conn_id)
            objective = await self._objective(api, config)
            plan = PropagationPlan(
                config=config,
                objective=objective,
                evolution_conn_id=settings.evolution_conn_id,
                indexagent_conn_id=settings.indexagent_conn_id,
                record=record if recorder.on else None,
            )
            await recorder.tell(
                PropagationPlanned(
                    source_trial_id=config.source_trial_id,
                    target_trial_id=config.target_trial_id,
                    objective=objective,
                    config=config.model_dump(mode="json"),
                )
            )
            return plan.to_xcom()

    async def _record(self, context: Context, settings: Any) -> RecordRef | None:
        from uuid import UUID

        from dean_provider.contract.workflow_types import PATTERN_PROPAGATION
        from dean_provider.handle import RecordRef
        from dean_provider.operators.identity import trial_id
        from dean_provider.operators.namespace import installation_namespace
        from dean_provider.recording.tasks import is_set_up

        if not await is_set_up(settings.gateway_conn_id, self.log):
            return None
        ti: Any = context["ti"]
        name = trial_id(installation_namespace(settings.namespace), dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id)
        return RecordRef(
            workflow_id=UUID(name),
            workflow_type=PATTERN_PROPAGATION.name,
            conn_id=settings.gateway_conn_id,
            dag_id=ti.dag_id,
            run_id=ti.run_id,
            task_group=ti.task_id.rpartition(".")[0],
            start_task_id=ti.task_id,
        )

    async def _require_steps(self, api: EvolutionAPIHook, context: Context, indexagent_conn_id: str) -> None:
        from dean_provider.contract.endpoints import evolution, indexagent
        from dean_provider.errors import UnsupportedOperationError

        needed = (evolution.STORE_PATTERN, evolution.MEASURE_PATTERN, evolution.APPLY_PATTERNS, evolution.QUARANTINE_PATTERN)
        missing = [operation.name for operation in needed if not await self.supports(api, operation)]
        agents = self.indexagent(indexagent_conn_id, context)
        missing += [] if await self.supports(agents, indexagent.DETECT_PATTERNS) else [indexagent.DETECT_PATTERNS.name]
        if missing:
            raise UnsupportedOperationError(
                f"These services cannot propagate patterns: they have no {', '.join(missing)}.", details={"operations": missing}
            )

    async def _objective(self, api: EvolutionAPIHook, config: PropagationConfig) -> str | None:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef
        from dean_provider.operators.propagation_plan import misfits, refused

        named = (config.source_trial_id, config.target_trial_id)
        trials: list[Trial] = [await api.acall(evolution.READ_TRIAL, TrialRef(trial_id=trial_id)) for trial_id in named]
        problems = misfits(*trials)
        if problems:
            raise refused(problems)
        return trials[0].config.objective if trials[0].config else None


class SelectPatternsOperator(TrialOperator):
    """Of the patterns found in the source, keep those that hold there by more than the minimum and may be applied.

    :param plan: what ``plan_propagation`` returned. (templated)
    :param discovered: what ``discover_patterns`` returned for the source. (templated)
    """

    template_fields: Sequence[str] = ("plan", "discovered")

    def __init__(self, *, plan: Mapping[str, Any] | Any, discovered: Mapping[str, Any] | Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.discovered = discovered

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.pattern import PatternRefused
        from dean_provider.operators.propagation_plan import PropagationPlan, worth_trying

        plan = PropagationPlan.model_validate(self.plan)
        chosen, left_out = worth_trying((self.discovered or {}).get("patterns", []), plan.config.minimum_effect)
        async with self.recording(plan.record, context) as recorder:
            await recorder.tell(*(PatternRefused(pattern_id=name, reason=reason) for name, reason in left_out.items()))
            for name, reason in left_out.items():
                self.log.info("Pattern %s is left out: %s.", name, reason)
            return {"selected": chosen, "left_out": sorted(left_out)}


class _TryingOperator(TrialOperator):
    """Imposes patterns on a share of the target, and measures what that is worth."""

    async def tried(
        self, context: Context, plan: PropagationPlan, recorder: Recorder, *, pattern_id: str, share: float, made: list[str]
    ) -> dict[str, Any]:
        """Try one pattern on one share; asking again finds what came of it.

        :param made: populations made so far, kept in an XCom.
        """
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.events.pattern import PatternTried
        from dean_provider.contract.pattern import ApplyPatterns
        from dean_provider.operators.propagation_plan import verdict

        api = self.evolution(plan.evolution_conn_id, context)
        request = ApplyPatterns(trial_id=plan.config.target_trial_id, pattern_ids=[pattern_id], share=share, measure=True)
        applied = await api.acall(evolution.APPLY_PATTERNS, request)
        made.append(applied.population_id)
        context["ti"].xcom_push(key=MADE_KEY, value=made)
        worth = applied.effectiveness
        found = verdict(worth)
        self.log.info(
            "Pattern %s on %.0f %% of the target: %s agents changed, effect %s: %s.",
            pattern_id,
            100 * share,
            applied.imposed,
            "not measured" if worth is None else f"{worth.mean:+.4g} (95 % interval {worth.low:+.4g} to {worth.high:+.4g})",
            found,
        )
        fact = PatternTried(
            pattern_id=pattern_id,
            population_id=applied.population_id,
            share=share,
            imposed=applied.imposed or 0,
            effectiveness=worth,
            verdict=found,
            tokens_used=applied.tokens_used,
        )
        await recorder.tell(fact)
        return {
            **fact.model_dump(mode="json", exclude={"effectiveness"}),
            "effect": None if worth is None else [worth.mean, worth.low, worth.high],
        }


class TryPatternsOperator(_TryingOperator):
    """Impose each selected pattern, by itself, on the test share of copies of the target's final population, and measure its effect there.

    :param plan: what ``plan_propagation`` returned. (templated)
    :param selected: what ``select_patterns`` returned. (templated)
    """

    template_fields: Sequence[str] = ("plan", "selected")

    def __init__(self, *, plan: Mapping[str, Any] | Any, selected: Mapping[str, Any] | Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.selected = selected

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.operators.propagation_plan import PropagationPlan

        plan = PropagationPlan.model_validate(self.plan)
        made: list[str] = []
        async with self.recording(plan.record, context) as recorder:
            share = plan.config.shares[0]
            chosen = self.selected["selected"]
            found = [await self.tried(context, plan, recorder, pattern_id=name, share=share, made=made) for name in chosen]
        return {"tried": found}


class ExpandPatternsOperator(_TryingOperator):
    """Let each pattern spread, cycle by cycle, to the whole of the target's copies, unless it is seen to do harm.

    :param plan: what ``plan_propagation`` returned. (templated)
    :param tried: what ``try_patterns`` returned. (templated)
    """

    template_fields: Sequence[str] = ("plan", "tried_before")

    def __init__(self, *, plan: Mapping[str, Any] | Any, tried: Mapping[str, Any] | Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.tried_before = tried

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.operators.propagation_plan import PropagationPlan

        plan = PropagationPlan.model_validate(self.plan)
        made: list[str] = []
        ended: list[dict[str, Any]] = []
        tokens = 0
        async with self.recording(plan.record, context) as recorder:
            for start in self.tried_before["tried"]:
                last = start
                for share in plan.config.shares[1:]:
                    if last["verdict"] != "harms":
                        last = await self.tried(context, plan, recorder, pattern_id=start["pattern_id"], share=share, made=made)
                        tokens += last["tokens_used"]
                ended.append(last)
        return {"ended": ended, "tokens_used": tokens}


class SettlePropagationOperator(TrialOperator):
    """Bring the registry up to date: what does harm goes into quarantine, what holds has its worth in the target measured for the record.
    A pattern of which too little is known stays as it was.

    Of the populations that were made only those that carry a pattern that holds in every agent are kept. Returns what became of each.

    :param plan: what ``plan_propagation`` returned. (templated)
    :param selected: what ``select_patterns`` returned. (templated)
    :param tried: what ``try_patterns`` returned. (templated)
    :param expanded: what ``expand_patterns`` returned. (templated)
    """

    template_fields: Sequence[str] = ("plan", "selected", "tried", "expanded")

    def __init__(
        self,
        *,
        plan: Mapping[str, Any] | Any,
        selected: Mapping[str, Any] | Any,
        tried: Mapping[str, Any] | Any,
        expanded: Mapping[str, Any] | Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.selected = selected
        self.tried = tried
        self.expanded = expanded

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.operators.propagation_plan import PropagationPlan

        plan = PropagationPlan.model_validate(self.plan)
        ended = self.expanded["ended"]
        async with self.recording(plan.record, context) as recorder:
            settle = {"holds": self._propagated, "harms": self._quarantined}
            for one in ended:
                if one["verdict"] in settle:
                    await settle[one["verdict"]](context, plan, recorder, one)
            return await self._completed(context, plan, recorder, ended)

    async def _propagated(self, context: Context, plan: PropagationPlan, recorder: Recorder, one: Mapping[str, Any]) -> None:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.events.pattern import PatternPropagated
        from dean_provider.contract.pattern import MeasurePattern
        from dean_provider.errors import BusinessError, ResourceError

        worth = None
        try:
            request = MeasurePattern(pattern_id=one["pattern_id"], trial_id=plan.config.target_trial_id)
            worth = (await self.evolution(plan.evolution_conn_id, context).acall(evolution.MEASURE_PATTERN, request)).effectiveness
        except (BusinessError, ResourceError) as error:
            self.log.info("The registry keeps what pattern %s was worth before: %s", one["pattern_id"], error)
        await recorder.tell(PatternPropagated(pattern_id=one["pattern_id"], population_id=one["population_id"], effectiveness=worth))

    async def _quarantined(self, context: Context, plan: PropagationPlan, recorder: Recorder, one: Mapping[str, Any]) -> None:
        from dean_provider.contract.events.pattern import PatternQuarantined
        from dean_provider.operators.propagation_plan import quarantine, reason_for

        reason = reason_for(one, plan.config.target_trial_id)
        await quarantine(self.evolution(plan.evolution_conn_id, context), one["pattern_id"], reason)
        await recorder.tell(PatternQuarantined(pattern_id=one["pattern_id"], reason=reason))

    async def _completed(
        self, context: Context, plan: PropagationPlan, recorder: Recorder, ended: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        from dean_provider.contract.events.pattern import PropagationCompleted
        from dean_provider.operators.propagation_plan import made_by, withdraw

        by_verdict = {word: [one["pattern_id"] for one in ended if one["verdict"] == word] for word in ("holds", "harms", "undecided")}
        kept = {one["population_id"]: one["pattern_id"] for one in ended if one["verdict"] == "holds"}
        made = made_by(context, [MADE_KEY], self.upstream_task_ids)
        await withdraw(self.indexagent(plan.indexagent_conn_id, context), [name for name in made if name not in kept])
        fact = PropagationCompleted(
            propagated=by_verdict["holds"],
            quarantined=by_verdict["harms"],
            undecided=by_verdict["undecided"],
            left_out=self.selected["left_out"],
            tokens_used=sum(one["tokens_used"] for one in self.tried["tried"]) + self.expanded["tokens_used"],
        )
        await recorder.tell(fact)
        self.log.info(
            "%d patterns propagated, %d in quarantine, %d undecided, %d left out.",
            *map(len, (fact.propagated, fact.quarantined, fact.undecided, fact.left_out)),
        )
        return {**fact.model_dump(mode="json"), "populations": {pattern: name for name, pattern in kept.items()}, "patterns": list(ended)}


class CompensatePropagationOperator(TrialOperator):
    """Teardown: take back what a propagation that did not come to its end has made, and keep what did harm from being applied.

    It fails when one of the tasks it ``answers_for`` did, so that the run does.

    :param plan: what ``plan_propagation`` returned. (templated)
    :param tried: what ``try_patterns`` returned; missing when it failed. (templated)
    :param answers_for: task ids in the same run.
    """

    template_fields: Sequence[str] = ("plan", "tried")

    def __init__(
        self, *, plan: Mapping[str, Any] | Any, tried: Mapping[str, Any] | Any = None, answers_for: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.tried = tried
        self.answers_for = tuple(answers_for)

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.pattern import PropagationFailed
        from dean_provider.operators.propagation_plan import PropagationPlan

        plan = PropagationPlan.model_validate(self.plan)
        failed = self.failed_among(context, self.answers_for)
        async with self.recording(plan.record, context, last=True) as recorder:
            if not failed:
                return {"withdrawn": [], "quarantined": []}
            await recorder.tell(PropagationFailed(error=f"{', '.join(failed)} failed", task_id=failed[0]))
            done = await self._take_back(context, plan, recorder)
        raise AirflowFailException(f"The run fails because {', '.join(failed)} did. Taken back: {done}")

    async def _take_back(self, context: Context, plan: PropagationPlan, recorder: Recorder) -> dict[str, Any]:
        from dean_provider.contract.events.pattern import PropagationCompensated
        from dean_provider.operators.propagation_plan import made_by, quarantine, reason_for, withdraw

        made = made_by(context, [MADE_KEY], self.answers_for)
        withdrawn = await withdraw(self.indexagent(plan.indexagent_conn_id, context), made)
        api = self.evolution(plan.evolution_conn_id, context)
        fallen = [one for one in (self.tried or {}).get("tried", []) if one["verdict"] == "harms"]
        for one in fallen:
            await quarantine(api, one["pattern_id"], reason_for(one, plan.config.target_trial_id))
        fact = PropagationCompensated(withdrawn=withdrawn, quarantined=[one["pattern_id"] for one in fallen])
        await recorder.tell(fact)
        return fact.model_dump(mode="json")
