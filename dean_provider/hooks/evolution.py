"""The Evolution API over an Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from dean_provider.contract.endpoints import Operation
from dean_provider.contract.endpoints.evolution import HEALTH, LIST_TRIALS
from dean_provider.contract.service import ServiceName
from dean_provider.contract.trial import GenerationPage, ListGenerations, ListTrials
from dean_provider.hooks.service import ServiceHook

if TYPE_CHECKING:
    from dean_provider.hooks.steps import Steps

__all__ = ["EvolutionAPIHook"]


class EvolutionAPIHook(ServiceHook):
    """Calls the Evolution API: trials, generations, patterns, budgets.

    The operations are those of :mod:`dean_provider.contract.endpoints.evolution`.

    :param conn_id: connection of type ``dean_evolution``; that of ``[dean] evolution_conn_id`` when empty.
    :param correlation_id: id that every call carries; that of the running task when empty.
    :param timeout: seconds one attempt may take, if not the connection's.
    :param deadline: seconds a call may take with all repetitions, if not the connection's.
    """

    default_conn_name = "dean_evolution_default"
    conn_type = "dean_evolution"
    hook_name = "DEAN Evolution API"
    service = ServiceName.EVOLUTION
    health_operation = HEALTH

    def progress(self, trial_id: str, start: int = 0, *, wait_seconds: float = 0, limit: int = 100) -> GenerationPage:
        """How a trial stands, with its generations from ``start`` on.

        Where the dialect keeps no history, generations are made up from reading the trial (see
        :func:`dean_provider.hooks.progress.observed_generation` for what is known of them then).

        :param start: first generation wanted.
        :param wait_seconds: how long to wait for it when it is not there yet.
        :param limit: generations at most.
        """
        return self._run(self._progress(trial_id, start, wait_seconds, limit))

    async def aprogress(self, trial_id: str, start: int = 0, *, wait_seconds: float = 0, limit: int = 100) -> GenerationPage:
        """:meth:`progress` for an event loop, which it never blocks."""
        return await self._arun(self._progress(trial_id, start, wait_seconds, limit))

    def credential_check(self) -> tuple[Operation[Any, Any], BaseModel] | None:
        return LIST_TRIALS, ListTrials(limit=1)

    def _progress(self, trial_id: str, start: int, wait_seconds: float, limit: int) -> Steps[GenerationPage]:
        from dean_provider.hooks.progress import progress

        asked = ListGenerations(trial_id=trial_id, start=start, limit=limit, wait_seconds=wait_seconds)
        return progress(self.channel, asked, self.manner())
