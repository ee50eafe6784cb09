"""``discover_patterns`` and ``apply_patterns``: what the fittest have in common, and what it is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from dean_provider.contract.config import PatternPolicy
from dean_provider.handle import TrialHandle
from dean_provider.operators.base import TrialOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.events.fact import Fact
    from dean_provider.contract.pattern import AppliedPatterns, Pattern
    from dean_provider.hooks import EvolutionAPIHook

__all__ = ["ApplyPatternsOperator", "DiscoverPatternsOperator"]

AT_ONCE = 4


class DiscoverPatternsOperator(TrialOperator):
    """Find trait ranges enriched among the fittest of a trial's history, store them, and measure by intervention what each is worth.

    A pattern whose whole 95 % interval lies above zero is accepted. Running it again finds the same patterns under the same ids.
    Skipped when the trial's pattern policy is ``off``, or when IndexAgent detects no patterns in its dialect.

    :param trial: what ``start_evolution`` returned, or a trial's id. (templated)
    :param start: first generation looked at.
    :param end: last generation looked at, if the trial has so many; ``None`` for its last. In the first generations agents still differ at
        random, so what the fittest share is more often what makes them fit (docs/explanation/engine.md has the figures).
    :param elite_share: share of the fittest that is compared with the whole population.
    :param false_discovery_rate: Benjamini-Hochberg rate at which a range counts as enriched.
    :param limit: patterns kept, the best supported first; each is measured, and measuring uses tokens.
    :param agents: agents each pattern is imposed on to measure it.
    """

    template_fields: Sequence[str] = ("trial",)

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | str | Any,
        start: int = 0,
        end: int | None = 10,
        elite_share: float = 0.25,
        false_discovery_rate: float = 0.05,
        limit: int = 10,
        agents: int = 60,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trial = trial
        self.start = start
        self.end = end
        self.elite_share = elite_share
        self.false_discovery_rate = false_discovery_rate
        self.limit = limit
        self.agents = agents

    async def act(self, context: Context) -> dict[str, Any]:
        handle = TrialHandle.of(self.trial)
        async with self.recording(handle.record, context) as recorder:
            found, patterns = await self._discovered(context, handle)
            await recorder.tell(*(fact for pattern in patterns for fact in _facts(pattern)))
            return {"tests": found, "patterns": [_brief(pattern) for pattern in patterns]}

    async def _discovered(self, context: Context, handle: TrialHandle) -> tuple[int, list[Pattern]]:
        """How many ranges were tested, and the patterns among them, measured where that is possible."""
        from dean_provider.contract.endpoints import evolution, indexagent
        from dean_provider.contract.trial import TrialRef

        if handle.pattern_policy is PatternPolicy.OFF:
            raise AirflowSkipException("The trial's pattern policy is off.")
        api, agents = self.evolution(handle.evolution_conn_id, context), self.indexagent(handle.indexagent_conn_id, context)
        if not await self.supports(agents, indexagent.DETECT_PATTERNS):
            raise AirflowSkipException("This IndexAgent detects no patterns.")
        trial = await api.acall(evolution.READ_TRIAL, TrialRef(trial_id=handle.trial_id))
        found = await agents.acall(indexagent.DETECT_PATTERNS, self._question(handle, trial.population_id, trial.current_generation))
        self.log.info("%d patterns among %d ranges tested.", len(found.patterns), found.tests)
        patterns = await self._measured(api, [self._named(handle, pattern) for pattern in found.patterns])
        for pattern in patterns:
            self.log.info("%s: %s%s", pattern.status.value, pattern.description or pattern.pattern_id, _worth(pattern))
        return found.tests, patterns

    def _question(self, handle: TrialHandle, population_id: str | None, last: int) -> Any:
        from dean_provider.contract.pattern import DetectPatterns

        return DetectPatterns(
            population_id=population_id or handle.population_id or handle.trial_id,
            start=self.start,
            end=max(0, last if self.end is None else min(self.end, last)),
            elite_share=self.elite_share,
            false_discovery_rate=self.false_discovery_rate,
            limit=self.limit,
        )

    def _named(self, handle: TrialHandle, pattern: Pattern) -> Pattern:
        from dean_provider.operators.identity import pattern_id

        body = pattern.body.model_dump(mode="json") if pattern.body else pattern.pattern_id
        return pattern.model_copy(
            update={"pattern_id": pattern_id(handle.trial_id, body), "trial_id": handle.trial_id, "objective": handle.objective}
        )

    async def _measured(self, api: EvolutionAPIHook, patterns: Sequence[Pattern]) -> list[Pattern]:
        """Store and measure each, a few at a time. What a service cannot or may not do leaves a pattern as it was found."""
        from dean_provider.contract.endpoints import evolution

        dialect = await api.adialect()
        if not dialect.supports(evolution.STORE_PATTERN):
            self.log.warning("This Evolution API keeps no patterns; they are reported, not stored.")
            return list(patterns)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(pattern: Pattern) -> Pattern:
            async with gate:
                return await self._store_and_measure(api, pattern, measure=dialect.supports(evolution.MEASURE_PATTERN))

        return list(await asyncio.gather(*(one(pattern) for pattern in patterns)))

    async def _store_and_measure(self, api: EvolutionAPIHook, pattern: Pattern, *, measure: bool) -> Pattern:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.pattern import MeasurePattern, StorePattern
        from dean_provider.errors import BusinessError, ResourceError

        stored = await api.acall(evolution.STORE_PATTERN, StorePattern(pattern=pattern))
        if not measure or stored.trial_id is None:
            return stored
        try:
            return await api.acall(
                evolution.MEASURE_PATTERN,
                MeasurePattern(pattern_id=stored.pattern_id, trial_id=stored.trial_id, agents=self.agents),
            )
        except (BusinessError, ResourceError) as error:
            self.log.warning("Pattern %s stays unmeasured: %s", stored.pattern_id, error)
            return stored


class ApplyPatternsOperator(TrialOperator):
    """Impose the accepted patterns on copies of the final population and evaluate them. The trial's outcome and digest stay as they are.

    Skipped when the trial's pattern policy is ``off`` or ``discover``, when it is ``approve`` and nobody has approved, when no pattern was
    accepted, or when the service has no such operation.

    :param trial: what ``start_evolution`` returned, or a trial's id. (templated)
    :param discovered: what ``discover_patterns`` returned. (templated)
    :param approval: what ``approve_patterns`` returned, if somebody was asked. (templated)
    """

    template_fields: Sequence[str] = ("trial", "discovered", "approval")

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | str | Any,
        discovered: Mapping[str, Any] | Any,
        approval: Mapping[str, Any] | Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trial = trial
        self.discovered = discovered
        self.approval = approval

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.pattern import PatternApplied

        handle = TrialHandle.of(self.trial)
        async with self.recording(handle.record, context) as recorder:
            applied = await self._applied(context, handle)
            await recorder.tell(PatternApplied.model_validate(applied.model_dump()))
            return applied.model_dump(mode="json")

    async def _applied(self, context: Context, handle: TrialHandle) -> AppliedPatterns:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.pattern import ApplyPatterns

        if handle.pattern_policy not in (PatternPolicy.APPLY, PatternPolicy.APPROVE):
            raise AirflowSkipException(f"The trial's pattern policy is {handle.pattern_policy.value}.")
        if not (self.approval or {"approved": handle.pattern_policy is PatternPolicy.APPLY})["approved"]:
            raise AirflowSkipException("Nobody has approved the patterns.")
        accepted = [item["pattern_id"] for item in (self.discovered or {}).get("patterns", []) if item["status"] == "accepted"]
        if not accepted:
            raise AirflowSkipException("No pattern was accepted.")
        api = self.evolution(handle.evolution_conn_id, context)
        if not await self.supports(api, evolution.APPLY_PATTERNS):
            raise AirflowSkipException("This Evolution API applies no patterns.")
        applied = await api.acall(evolution.APPLY_PATTERNS, ApplyPatterns(trial_id=handle.trial_id, pattern_ids=accepted))
        self.log.info(
            "%d patterns on %d copies: mean fitness %.6g before, %.6g after.",
            len(accepted),
            applied.agents,
            applied.mean_fitness_before,
            applied.mean_fitness_after,
        )
        return applied


def _facts(pattern: Pattern) -> Iterator[Fact]:
    """That it was found and, when it was measured to be worth nothing or to do harm, that it was refused for that."""
    from dean_provider.contract.events.pattern import PatternDiscovered, PatternRefused

    known = {"pattern_id": pattern.pattern_id, "effectiveness": pattern.effectiveness}
    yield PatternDiscovered(**known, description=pattern.description, support=pattern.support)
    if pattern.status.value == "refused":
        harmful = pattern.effectiveness is not None and pattern.effectiveness.high < 0
        yield PatternRefused(**known, reason=f"its measured effect {'is harmful' if harmful else 'may be nil'}")


def _worth(pattern: Pattern) -> str:
    effect = pattern.effectiveness
    return "" if effect is None else f" ({effect.mean:+.4g} fitness, 95 % interval {effect.low:+.4g} to {effect.high:+.4g})"


def _brief(pattern: Pattern) -> dict[str, Any]:
    effect = pattern.effectiveness
    return {
        "pattern_id": pattern.pattern_id,
        "description": pattern.description[:200],
        "status": pattern.status.value,
        "effect": None if effect is None else [effect.mean, effect.low, effect.high],
    }
