"""``initialize_population``: ask IndexAgent for generation 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dean_provider.handle import Parent, TrialPlan
from dean_provider.operators.base import TrialOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.config import TrialConfig
    from dean_provider.contract.pattern import PatternBody
    from dean_provider.contract.population import CreatePopulation, Population
    from dean_provider.contract.space import SearchSpace
    from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook

__all__ = ["InitializePopulationOperator"]

MOST_LABEL = 128


class InitializePopulationOperator(TrialOperator):
    """Have the Evolution API check the configuration, and IndexAgent draw the trial's initial population, or fork its parent's.

    The search space comes from the objective, the randomness from the trial's seed. Asking again finds the same population.
    Where a service has no such operation, the step it stands for is left out.

    :param plan: what ``validate_trial`` returned. (templated)
    """

    template_fields: Sequence[str] = ("plan",)

    def __init__(self, *, plan: Mapping[str, Any] | Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.trial import PopulationInitialized

        plan = TrialPlan.model_validate(self.plan)
        async with self.recording(plan.record, context, begins=True) as recorder:
            made = await self._initialized(context, plan)
            await recorder.tell(PopulationInitialized(population_id=made["population_id"] or plan.trial_id, size=made["size"]))
            return made

    async def _initialized(self, context: Context, plan: TrialPlan) -> dict[str, Any]:
        from dean_provider.contract.endpoints import indexagent
        from dean_provider.contract.population import CreatePopulation

        evolution, agents = self.evolution(plan.evolution_conn_id, context), self.indexagent(plan.indexagent_conn_id, context)
        space = await self._space(evolution, plan)
        if not await self.supports(agents, indexagent.CREATE_POPULATION):
            self.log.warning("This IndexAgent keeps no populations; the Evolution API has to draw its own.")
            return {"population_id": plan.population_id, "size": plan.config.population_size}
        if plan.parent is not None:
            return await self._forked(agents, plan, plan.parent, self._labels(context, plan))
        bodies = await self._pattern_bodies(evolution, plan.config)
        request = CreatePopulation(
            population_id=plan.population_id or plan.trial_id,
            space=space,
            size=plan.config.population_size,
            seed=plan.config.seed or 0,
            patterns=bodies,
            pattern_share=plan.config.pattern_seed_share if bodies else 0.0,
            labels=self._labels(context, plan),
        )
        population = await self._created(agents, request)
        self.log.info("Population %s has %d agents.", population.population_id, population.size)
        return {"population_id": population.population_id, "size": population.size}

    @staticmethod
    def _labels(context: Context, plan: TrialPlan) -> dict[str, str]:
        ti: Any = context["ti"]
        return {"trial_id": plan.trial_id, "dag_id": ti.dag_id[:MOST_LABEL], "run_id": ti.run_id[:MOST_LABEL]}

    async def _forked(self, agents: IndexAgentHook, plan: TrialPlan, parent: Parent, labels: dict[str, str]) -> dict[str, Any]:
        """The parent's population up to the generation shared; after a clear it may be there up to another one, which then holds."""
        from dean_provider.contract.endpoints import indexagent
        from dean_provider.contract.population import ForkPopulation, PopulationRef
        from dean_provider.errors import ConflictError

        name = plan.population_id or plan.trial_id
        request = ForkPopulation(population_id=parent.population_id, generation=parent.generation, forked_id=name, labels=labels)
        try:
            population = await agents.acall(indexagent.FORK_POPULATION, request)
        except ConflictError:
            population = await agents.acall(indexagent.READ_POPULATION, PopulationRef(population_id=name))
            if population.forked_from != parent.population_id:
                raise
            self.log.warning("Population %s was forked at generation %s before, and stays so.", name, population.forked_generation)
        generation = parent.generation if population.forked_generation is None else population.forked_generation
        self.log.info("Population %s shares the generations 0 to %d of %s.", name, generation, parent.population_id)
        return {"population_id": population.population_id, "size": population.size, "generation": generation}

    async def _space(self, evolution: EvolutionAPIHook, plan: TrialPlan) -> SearchSpace | None:
        from dean_provider.contract.endpoints import evolution as operations
        from dean_provider.contract.trial import ForkOrigin, ValidateTrial
        from dean_provider.errors import InvalidConfigurationError

        if not await self.supports(evolution, operations.VALIDATE_TRIAL):
            return None
        fork = None if plan.parent is None else ForkOrigin(trial_id=plan.parent.trial_id, generation=plan.parent.generation)
        answer = await evolution.acall(operations.VALIDATE_TRIAL, ValidateTrial(config=plan.config, fork=fork))
        if not answer.valid:
            raise InvalidConfigurationError(
                "The Evolution API refuses this configuration.",
                details={"problems": [problem.model_dump(mode="json") for problem in answer.problems]},
            )
        self.log.info("The trial needs up to %d tokens.", answer.estimated_tokens)
        return answer.space

    async def _pattern_bodies(self, evolution: EvolutionAPIHook, config: TrialConfig) -> list[PatternBody]:
        from dean_provider.contract.endpoints import evolution as operations
        from dean_provider.contract.pattern import PatternRef, PatternStatus
        from dean_provider.errors import InvalidConfigurationError

        patterns = [await evolution.acall(operations.READ_PATTERN, PatternRef(pattern_id=name)) for name in config.pattern_seeds]
        kept = [pattern.pattern_id for pattern in patterns if pattern.status is PatternStatus.QUARANTINED]
        if kept:
            problem = {"field": "pattern_seeds", "value": kept, "rule": "must not be in quarantine", "suggestion": "Leave them out."}
            raise InvalidConfigurationError("pattern_seeds must not be in quarantine.", details={"problems": [problem]})
        return [pattern.body for pattern in patterns if pattern.body is not None]

    async def _created(self, agents: IndexAgentHook, request: CreatePopulation) -> Population:
        """The population; after a clear it may exist with what the configuration said before, and then stays as it is."""
        from dean_provider.contract.endpoints import indexagent
        from dean_provider.contract.population import PopulationRef
        from dean_provider.errors import ConflictError

        try:
            return await agents.acall(indexagent.CREATE_POPULATION, request)
        except ConflictError as error:
            self.log.warning("Population %s exists with other contents and is kept: %s", request.population_id, error.message)
            return await agents.acall(indexagent.READ_POPULATION, PopulationRef(population_id=request.population_id))
