"""What a gateway watches: IndexAgent and the Evolution API, every service that registered, Airflow's components, the database, Redis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone

from structlog import get_logger

from dean_provider.config import ProviderSettings
from dean_provider.contract.installation import KnownService
from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring.aggregator import Aggregator
from dean_provider.monitoring.airflow import components_source, database_source
from dean_provider.monitoring.asking import Inquirer, by_address, by_connection
from dean_provider.monitoring.board import Board
from dean_provider.monitoring.economy import economy_source
from dean_provider.monitoring.finding import Source
from dean_provider.monitoring.host import host_samples
from dean_provider.monitoring.leadership import RENEW_SECONDS, Leadership
from dean_provider.monitoring.record import Sessions, record_source
from dean_provider.monitoring.redis import RedisShelf, redis_source
from dean_provider.monitoring.statistics import set_up_statistics, tell_statistics
from dean_provider.monitoring.tally import Tally, tally_source
from dean_provider.monitoring.threads import Patient
from dean_provider.monitoring.watching import Watching
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.resources.services import watched_services
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.state import leases

__all__ = ["Sources", "watching_jobs"]

_ASK_SECONDS = 0.5
_log = get_logger(__name__)
_DATABASE_SECONDS = 5.0
_PATHS = {"health": "health_path", "metrics": "metrics_path"}
"""Labels with which a service says at its registration where it tells how it is, where it is not where services usually do."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Sources:
    """What is asked in each round; who is asked over HTTP is kept from round to round.

    :param registered: services that registered; blocks.
    """

    settings: ProviderSettings
    sessions: Sessions
    shelf: RedisShelf | None = None
    registered: Callable[[], Sequence[KnownService]] = watched_services
    now: Callable[[], datetime] = _now
    _inquirers: dict[tuple[str, str], Inquirer] = field(default_factory=dict)
    _others: list[KnownService] = field(default_factory=list)
    _patient: Patient = field(default_factory=Patient)
    _fixed: list[Source] = field(init=False)

    def __post_init__(self) -> None:
        seconds = self.settings.monitoring_timeout_seconds
        indexagent, evolution = (
            Inquirer(name, name, by_connection(name, conn_id, seconds, self.sessions), seconds, {})  # type: ignore[arg-type]
            for name, conn_id in (("indexagent", self.settings.indexagent_conn_id), ("evolution", self.settings.evolution_conn_id))
        )
        self._fixed = [
            Source("indexagent", [("indexagent", "indexagent")], indexagent.ask, 3 * seconds),
            economy_source(evolution, self.now),
            components_source(self.sessions, _DATABASE_SECONDS, self.now),
            database_source(self.sessions, _DATABASE_SECONDS),
            record_source(self.sessions, _DATABASE_SECONDS, self.now),
            tally_source(self.sessions, _DATABASE_SECONDS, self.now, self.settings.monitoring_seconds),
            *([redis_source(self.shelf, seconds)] if self.shelf else []),
        ]

    async def __call__(self) -> list[Source]:
        """Those of the next round."""
        with suppress(TimeoutError):
            self._others = list(await self._patient.run(self.registered, _DATABASE_SECONDS))
        wanted = {self._key(service): service for service in self._others}
        for key in [key for key in self._inquirers if key not in wanted]:
            await self._inquirers.pop(key).aclose()
        for key, service in wanted.items():
            if key not in self._inquirers:
                self._inquirers[key] = self._inquirer(key[0], service)
        seconds = 3 * self.settings.monitoring_timeout_seconds
        return [
            *self._fixed,
            *(Source(one.name, [(one.name, one.kind)], one.ask, seconds) for one in self._inquirers.values()),
        ]

    def _key(self, service: KnownService) -> tuple[str, str]:
        """Names that are taken are told apart."""
        taken = {name for source in self._fixed for name, _ in source.services}
        return (f"{service.name}@registered" if service.name in taken else service.name), f"{service.url} {sorted(service.labels.items())}"

    def _inquirer(self, name: str, service: KnownService) -> Inquirer:
        seconds = self.settings.monitoring_timeout_seconds
        paths = {what: service.labels[label] for what, label in _PATHS.items() if service.labels.get(label, "").startswith("/")}
        kind = service.kind if service.kind in ("indexagent", "evolution") else "other"
        return Inquirer(name, kind, by_address(service, seconds), seconds, paths)  # type: ignore[arg-type]


def _shelf(settings: ProviderSettings) -> RedisShelf | None:
    """Redis, if there is one; that it cannot be used must not keep the API server from starting."""
    if settings.redis_url is None:
        return None
    try:
        return RedisShelf(settings.redis_url.get_secret_value(), settings.monitoring_history_seconds)
    except InvalidConfigurationError as error:
        _log.warning("readings go through the database", error=str(error))
        return None


def watching_jobs(around: Surroundings) -> list[Job]:
    """The watching of this process."""
    set_up_statistics()
    settings, sessions, monitor, holder = around.settings, around.room.sessions, around.monitor, leases.new_holder()
    shelf = _shelf(settings)
    watching = Watching(
        monitor,
        Aggregator(Sources(settings, sessions, shelf), holder, settings.monitoring_seconds, monitor.now),
        Board(sessions, monitor.now, shelf),
        Leadership(sessions, holder, monitor.now),
        Tally(around.instruments.registry, holder, sessions, host_samples),
    )
    monitor.follow = watching.follow
    monitor.then.insert(0, tell_statistics)
    return [Job("watching", watching.keep, RENEW_SECONDS, watching.end), Job("watching-round", watching.ask, _ASK_SECONDS)]
