"""The sensor that waits until the services can serve."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from dean_provider.failures import failing_as_airflow
from dean_provider.sensors.deferral import refuse_ignored

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.handle import RecordRef

__all__ = ["ServiceHealthSensor"]

IGNORED = ("mode", "exponential_backoff", "max_wait", "silent_fail")


class ServiceHealthSensor(BaseSensorOperator):
    """Wait until IndexAgent and the Evolution API are healthy or degraded, and return what each said.

    The first look is made on the worker, so that healthy services cost no deferral. Wrong credentials or a wrong set-up fail at
    once; services that stay unhealthy fail the try when ``timeout`` has passed.

    :param plan: what ``validate_trial`` returned, for the connections it names. (templated)
    :param indexagent_conn_id: connection to IndexAgent; that of the plan, else that of ``[dean]``, unless given. (templated)
    :param evolution_conn_id: connection to the Evolution API; likewise. (templated)
    :param services: which of ``indexagent`` and ``evolution`` must be ready.
    :param poke_interval: seconds between two looks.
    :param timeout: seconds to wait in all.
    :param deferrable: wait in the triggerer. Without a living triggerer the sensor waits on the worker all the same.
    """

    template_fields: Sequence[str] = ("plan", "indexagent_conn_id", "evolution_conn_id")
    ui_color = "#e4ecf7"

    def __init__(
        self,
        *,
        plan: Mapping[str, Any] | Any = None,
        indexagent_conn_id: str | None = None,
        evolution_conn_id: str | None = None,
        services: Sequence[str] = ("indexagent", "evolution"),
        poke_interval: float = 5,
        timeout: float = 300,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        **kwargs: Any,
    ) -> None:
        refuse_ignored(kwargs, IGNORED)
        super().__init__(poke_interval=poke_interval, timeout=timeout, **kwargs)
        self.plan = plan
        self.indexagent_conn_id = indexagent_conn_id
        self.evolution_conn_id = evolution_conn_id
        self.services = tuple(services)
        self.deferrable = deferrable

    def execute(self, context: Context) -> dict[str, str]:
        """Look once, then wait."""
        from dean_provider.sensors.deferral import defers
        from dean_provider.triggers.service_health import ServiceHealthTrigger
        from dean_provider.triggers.task_state import correlation_of

        with failing_as_airflow():
            connections = self._connections()
        found = self._look(context, connections, deadline=0.0)
        if not self._decided(found):
            deadline = time.time() + self.timeout
            if defers(self.deferrable):
                self.defer(
                    trigger=ServiceHealthTrigger(connections, self.poke_interval, deadline, correlation_of(context)), method_name="resume"
                )
            found = self._look(context, connections, deadline=deadline)
        return self._soft(context, found)

    def resume(self, context: Context, event: Mapping[str, Any]) -> dict[str, str]:
        """Go on with what the trigger found."""
        return self._finish(context, event)

    def _connections(self) -> dict[str, str]:
        chosen: dict[str, str | None] = {"indexagent": self.indexagent_conn_id, "evolution": self.evolution_conn_id}
        planned: dict[str, Any] = dict(self.plan) if isinstance(self.plan, Mapping) else {}
        if not planned and not all(chosen[service] for service in self.services):
            from dean_provider.config import resolve

            planned = resolve().settings.model_dump(include={"indexagent_conn_id", "evolution_conn_id"})
        return {service: str(chosen[service] or planned[f"{service}_conn_id"]) for service in self.services}

    def _look(self, context: Context, connections: Mapping[str, str], *, deadline: float) -> dict[str, Any]:
        from dean_provider.triggers.service_health import await_health, health_hooks
        from dean_provider.triggers.task_state import correlation_of

        async def looking() -> dict[str, Any]:
            hooks = health_hooks(connections, correlation_of(context))
            return await await_health(hooks, poll_seconds=self.poke_interval, deadline=deadline)

        return asyncio.run(looking())

    @staticmethod
    def _decided(found: Mapping[str, Any]) -> bool:
        return all(item["ready"] for item in found.values()) or any(item["hopeless"] for item in found.values())

    def _finish(self, context: Context, found: Mapping[str, Any]) -> dict[str, str]:
        from dean_provider.contract.events.trial import CheckedService, ServicesChecked
        from dean_provider.sensors.recording import recording

        with recording(self, self._record(), context, begins=True) as recorder:
            texts = self._texts(found)
            health = {service: CheckedService.model_validate(item["health"]) for service, item in found.items() if "health" in item}
            recorder.announce(ServicesChecked(services=health))
            return texts

    def _texts(self, found: Mapping[str, Any]) -> dict[str, str]:
        for service, item in found.items():
            self.log.info("%s: %s", service, item["text"])
        if all(item["ready"] for item in found.values()):
            return {service: item["text"] for service, item in found.items()}
        failing = "; ".join(f"{service}: {item['text']}" for service, item in found.items() if not item["ready"])
        if any(item["hopeless"] for item in found.values()):
            raise AirflowFailException(f"The services cannot be used as they are set up. {failing}")
        raise AirflowException(f"The services were not healthy within {self.timeout:g} s. {failing}")

    def _record(self) -> RecordRef | None:
        from dean_provider.handle import RecordRef

        record = self.plan.get("record") if isinstance(self.plan, Mapping) else None
        return RecordRef.model_validate(record) if record else None

    def _soft(self, context: Context, found: Mapping[str, Any]) -> dict[str, str]:
        """Honour ``soft_fail`` and ``never_fail`` where Airflow's own sensor loop, which does, is not in use."""
        try:
            return self._finish(context, found)
        except AirflowException as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise
