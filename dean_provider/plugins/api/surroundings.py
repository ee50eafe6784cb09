"""What the routes work with: threads, the database, the services, Airflow's own API. Passed in, so that tests can pass others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from dean_provider import __version__
from dean_provider.config import ProviderSettings
from dean_provider.contract.events.trial import TrialValidated
from dean_provider.contract.service import ServiceName
from dean_provider.contract.workflow import ListEvents
from dean_provider.hooks import EvolutionAPIHook, IndexAgentHook
from dean_provider.monitoring.alerts.rules_file import RulesFile
from dean_provider.monitoring.monitor import Monitor
from dean_provider.plugins.api.airflow_api import AirflowAPI
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.serving import Room
from dean_provider.telemetry.recording import RECORDED
from dean_provider.web.instruments import Instruments

__all__ = ["Surroundings"]

_SECONDS = 15.0
"""For one answer of a service, repetitions included: a person waits for it."""
_MOST_VALIDATED = 1000


def _evolution(conn_id: str | None, request_id: str | None) -> EvolutionAPIHook:
    return EvolutionAPIHook(conn_id, correlation_id=request_id, deadline=_SECONDS)


def _indexagent(conn_id: str | None, request_id: str | None) -> IndexAgentHook:
    return IndexAgentHook(conn_id, correlation_id=request_id, deadline=_SECONDS)


def _instruments() -> Instruments:
    """With what the record counts in this process, whoever writes to it."""
    made = Instruments(ServiceName.GATEWAY, __version__)
    for collector in RECORDED:
        made.registry.register(collector)
    return made


@dataclass
class Surroundings:
    """:param evolution: makes the hook for a connection, the configured one when empty, and a correlation id; so does ``indexagent``.
    :param instruments: what this process counts; a resource may add its own.
    :param monitor: what is known of everything that is watched.
    """

    settings: ProviderSettings
    room: Room = field(default_factory=Room)
    airflow: AirflowAPI = field(default_factory=AirflowAPI)
    instruments: Instruments = field(default_factory=_instruments)
    monitor: Monitor = field(default_factory=Monitor)
    evolution: Callable[[str | None, str | None], EvolutionAPIHook] = _evolution
    indexagent: Callable[[str | None, str | None], IndexAgentHook] = _indexagent

    def __post_init__(self) -> None:
        depth = self.instruments.gauge("queue_depth", "Requests that are worked on or wait for a thread.", "queue")
        for name, workers in (("cheap", self.room.cheap), ("expensive", self.room.expensive)):
            depth.labels(name).set_function(partial(getattr, workers, "waiting"))

    @cached_property
    def alert_rules(self) -> RulesFile:
        """The alert rules that hold, with what the operator's file says."""
        return RulesFile(self.settings.alert_rules_file)

    async def evolution_of(self, call: Call) -> EvolutionAPIHook:
        """The Evolution API that runs the trial of ``call``, over the connection the trial itself uses."""
        connections = await self.connections(call)
        return self.evolution(connections.get("evolution"), call.request_id)

    async def indexagent_of(self, call: Call) -> IndexAgentHook:
        """The IndexAgent that holds the agents of the trial of ``call``."""
        connections = await self.connections(call)
        return self.indexagent(connections.get("indexagent"), call.request_id)

    async def connections(self, call: Call) -> Mapping[str, str]:
        """Connections of the trial of ``call``, by service, as it was validated with."""
        workflow_id = call.subject.id

        def read() -> Mapping[str, str]:
            from dean_provider.state import queries

            asked = ListEvents(workflow_id=workflow_id, event_type=TrialValidated.event_type, limit=_MOST_VALIDATED)
            with call.sessions() as session:
                events = queries.list_events(session, asked).events
            return _connections_in(events[-1].details) if events else {}

        return await self.room.cheap.run(read)


def _connections_in(details: Mapping[str, object]) -> Mapping[str, str]:
    found = details.get("connections")
    return {str(service): str(conn_id) for service, conn_id in found.items()} if isinstance(found, dict) else {}
