"""A task that calls a service through the hooks, both ways, and tells what it saw."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False, is_paused_upon_creation=False)
def system_hooks() -> None:
    @task
    def call() -> dict[str, Any]:
        import asyncio

        from dean_provider.contract.endpoints.evolution import LIST_OBJECTIVES
        from dean_provider.contract.service import Empty
        from dean_provider.hooks import EvolutionAPIHook

        hook = EvolutionAPIHook("system_stored")

        async def both_ways() -> list[str]:
            first, second = await asyncio.gather(hook.acall(LIST_OBJECTIVES, Empty()), hook.acall(LIST_OBJECTIVES, Empty()))
            assert first == second
            return [objective.name for objective in first.objectives]

        names = [objective.name for objective in hook.call(LIST_OBJECTIVES, Empty()).objectives]
        return {"sync": names, "async": asyncio.run(both_ways()), "correlation_id": hook.correlation_id}

    call()


system_hooks()
