"""Asking a service over HTTP how it is and for its figures: with the connection's credentials, bounded in time and size, once each.

The circuit breaker is one of its own: an answer about health says little about whether calls succeed, and must not close theirs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dean_provider.contract.endpoints import WireRequest
from dean_provider.contract.installation import KnownService
from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.errors import CircuitOpenError, ConfigurationError, DeanError, NetworkError, RequestTimeoutError
from dean_provider.hooks.channel import Channel
from dean_provider.hooks.connection import MUST_EXIST, Settings, look_up
from dean_provider.hooks.exchange import Call, exchange
from dean_provider.hooks.options import AuthMode, ConnectionOptions
from dean_provider.hooks.steps import arun
from dean_provider.monitoring.exposition import figures_of
from dean_provider.monitoring.finding import Figures, Finding, Found, Kind
from dean_provider.monitoring.health import health_of
from dean_provider.monitoring.record import Sessions
from dean_provider.monitoring.threads import Patient

if TYPE_CHECKING:
    from dean_provider.hooks.message import Answer

__all__ = ["Inquirer", "by_address", "by_connection"]

LARGEST_ANSWER = 2 * 2**20
_LARGE = 32 * 1024
_LOOK_AGAIN_SECONDS = 60.0
_THRESHOLD = 3
_FIGURE_PATHS = ("/metrics", "/api/v1/metrics", "/evolution/metrics", "/api/v1/metrics/efficiency", "/api/v1/system/metrics")
_MEDIA = {"Accept": "application/json, text/plain;q=0.9, */*;q=0.1", "Accept-Encoding": "identity"}


def by_connection(name: str, conn_id: str, seconds: float, sessions: Sessions) -> Channel:
    """The way to the service behind a connection.

    :param sessions: of Airflow's database: Airflow also says that there is no connection when it could not look.
    """

    def resolve(_: str) -> Settings:
        try:
            return _watched(look_up(conn_id), seconds)
        except ConfigurationError as error:
            if error.details.get("rule") == MUST_EXIST:
                _must_answer(sessions)
            raise

    return Channel(conn_id, service=f"watch of {name}", resolve=resolve)


def _must_answer(sessions: Sessions) -> None:
    try:
        with sessions():
            return
    except Exception as error:
        raise TimeoutError("the database does not answer") from error


def by_address(service: KnownService, seconds: float) -> Channel:
    """The way to a service that registered: without credentials, and without following where it points to."""
    settings = Settings(conn_id=service.name, base_url=service.url.rstrip("/"), follow_redirects=False, timeout=seconds)

    def resolve(_: str) -> Settings:
        return _watched(settings, seconds, auth=AuthMode.NONE)

    return Channel(service.name, service=f"watch of {service.name}", resolve=resolve, conceal=lambda _: None)


def _watched(settings: Settings, seconds: float, **more: Any) -> Settings:
    options: ConnectionOptions = settings.options.model_copy(
        update={
            "attempts": 1,
            "max_response_bytes": LARGEST_ANSWER,
            "breaker_threshold": _THRESHOLD,
            "breaker_reset_seconds": max(2.0, 4 * seconds),
            **more,
        }
    )
    headers = {**{key: value for key, value in settings.headers.items() if key.lower() not in ("accept", "accept-encoding")}, **_MEDIA}
    return replace(
        settings,
        options=options,
        headers=headers,
        timeout=seconds,
        connect_timeout=min(settings.connect_timeout, seconds),
        deadline=seconds,
        redis_url=None,
    )


def _serves(answer: Answer) -> bool:
    """Also an answer of 503 says how the service is, if it says it in so many words."""
    return answer.status == 503 and answer.body.lstrip()[:1] == b"{"


def _lives(answer: Answer) -> bool:
    return answer.status in (401, 403, 404, 405)


@dataclass
class Inquirer:
    """Asks one service.

    :param seconds: for each of two questions.
    :param paths: where to ask, by ``health`` and ``metrics``, where it is not where services usually are.
    """

    name: str
    kind: Kind
    channel: Channel
    seconds: float
    paths: Mapping[str, str]
    clock: Callable[[], float] = time.monotonic
    _looked_at: float = 0.0
    _figure_path: str | None = None
    _silent_until: float = 0.0
    _looking: Patient = field(default_factory=Patient)

    async def ask(self) -> Found:
        """How it is, and what it tells of itself."""
        start = self.clock()
        try:
            await self._look_again()
            answer = await self._get(self.paths.get("health", "/health"), _serves)
        except DeanError as error:
            return Found([self._failed(error)])
        except TimeoutError:
            message = "the connection to it cannot be looked up now"
            return Found([Finding(self.name, self.kind, ServiceStatus.UNKNOWN, answered=False, asked=False, message=message)])
        latency = self.clock() - start
        finding = replace(
            health_of(self.name, self.kind, answer.status, answer.body), latency_seconds=round(latency, 6), breaker=self._breaker()
        )
        return Found([finding], await self._figures())

    async def aclose(self) -> None:
        """Close the running loop's session."""
        await self.channel.aclose()

    async def _look_again(self) -> None:
        """A connection that was changed is noticed within a minute, also when what it named before still answers.

        While it cannot be looked up the service is asked where it was.

        :raises TimeoutError: when it cannot be looked up, and was not before.
        """
        known = self.channel.line
        if known is not None and self.clock() - self._looked_at <= _LOOK_AGAIN_SECONDS:
            return
        version = self.channel.version
        try:
            line = await self._looking.run(lambda: self.channel.look_up(version), self.seconds)
        except TimeoutError:
            if known is None:
                raise
            return
        if known is not None and known is not line:
            await known.retire()
        self._looked_at = self.clock()

    async def _get(self, path: str, accepts: Callable[[Answer], bool]) -> Answer:
        call = Call(
            what=f"watch {self.name}",
            repeatable=False,
            request_id=f"watch-{self.name}",
            ends=self.channel.clock.monotonic() + self.seconds,
            timeout=self.seconds,
            accepts=accepts,
        )
        return await arun(exchange(self.channel, WireRequest("GET", path, {}, None), call), self.channel)

    async def _figures(self) -> Figures:
        """Whatever it tells, at the first place where it tells anything; nothing is wrong with a service that tells nothing."""
        if self.clock() < self._silent_until:
            return Figures()
        usual = (self._figure_path,) if self._figure_path else _FIGURE_PATHS
        for path in (self.paths["metrics"],) if "metrics" in self.paths else usual:
            try:
                answer = await self._get(path, _lives)
                if answer.status < 300:
                    found = await self._read(answer.body)
                    self._figure_path = path
                    return found
            except DeanError:  # noqa: PERF203 - a few paths
                return Figures()
            except ValueError:
                continue
        self._figure_path, self._silent_until = None, self.clock() + _LOOK_AGAIN_SECONDS
        return Figures()

    async def _read(self, body: bytes) -> Figures:
        if len(body) < _LARGE:
            return figures_of(body, self.name, self.kind if self.kind != "other" else self.name)
        return await asyncio.to_thread(figures_of, body, self.name, self.kind)

    def _breaker(self) -> Any:
        return self.channel.line.breaker.state if self.channel.line else None

    def _failed(self, error: DeanError) -> Finding:
        answered = "status" in error.details
        status, message = ServiceStatus.UNHEALTHY, type(error).title
        if isinstance(error, RequestTimeoutError) and not answered:
            message = f"no answer within {self.seconds:g} s"
        elif isinstance(error, CircuitOpenError):
            message = f"it failed {_THRESHOLD} times in a row and is asked again in {error.retry_after or 0:g} s"
        elif error.details.get("rule") == MUST_EXIST:
            status, message = ServiceStatus.UNKNOWN, "there is no connection to it"
        elif isinstance(error, ConfigurationError) and not isinstance(error, NetworkError) and self.channel.line is None:
            status, message = ServiceStatus.UNKNOWN, "the connection to it cannot be used"
        elif answered:
            message = f"{message} ({error.details['status']})"
        asked = status is not ServiceStatus.UNKNOWN and not isinstance(error, CircuitOpenError)
        return Finding(self.name, self.kind, status, answered, asked, message, breaker=self._breaker())
