"""One round of questions: everything is asked at once, nothing is waited for longer than it may take, and what was found is one reading."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from structlog import get_logger

from dean_provider.contract.monitoring import MetricType, ServiceState, ServiceStatus
from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.finding import Finding, Found, Source
from dean_provider.monitoring.reading import Family, Reading, Sample
from dean_provider.monitoring.record import ours

__all__ = ["MOST_SAMPLES", "Aggregator"]

MOST_SAMPLES = 3000
"""Of one reading; services share what our own figures leave."""
AT_ONCE = 32
_GAP = timedelta(minutes=10)
"""When nobody has asked for longer, nobody knows since when things are as they are."""

_HEALTH = {ServiceStatus.HEALTHY: 1.0, ServiceStatus.DEGRADED: 0.5, ServiceStatus.UNHEALTHY: 0.0}
_BREAKER = {"closed": 0.0, "half-open": 1.0, "open": 2.0}
_SERVES = (ServiceStatus.HEALTHY, ServiceStatus.DEGRADED)
_log = get_logger(__name__)


@dataclass
class Aggregator:
    """:param sources: what to ask; found out anew in every round.
    :param leader: names this process among all.
    """

    sources: Callable[[], Awaitable[Sequence[Source]]]
    leader: str
    period_seconds: float
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic
    _known: Sequence[Source] = field(default_factory=tuple)

    async def round(self, before: Reading | None, lag_seconds: float = 0.0) -> Reading:
        """Ask everything.

        :param before: the reading before this one, whoever made it.
        :param lag_seconds: how much later than due this round begins.
        """
        start = self.clock()
        gate = asyncio.Semaphore(AT_ONCE)
        sources = await self._sources()
        found = await asyncio.gather(*(self._asked(source, gate) for source in sources))
        taken, seconds = self.now(), self.clock() - start
        return await asyncio.to_thread(self._made, found, before, taken, {"round": seconds, "lag": lag_seconds})

    def _made(self, found: Sequence[Found], before: Reading | None, taken: datetime, took: Mapping[str, float]) -> Reading:
        """Put together what was found; with many services that takes longer than a loop should wait."""
        previous = {state.name: state for state in before.services} if before and taken - before.taken_at < _GAP else {}
        pairs = [(finding, _state(finding, previous.get(finding.name), taken)) for one in found for finding in one.findings]
        states = tuple(state for _, state in pairs)
        samples, families, dropped = _shared(found)
        own = [*_of_services(pairs, before), *_requests(samples)]
        own += [Sample.of(f"dean_monitoring_{what}_seconds", seconds) for what, seconds in took.items()]
        own += _grown(before, [("dean_monitoring_rounds_total", "", (), 1.0)])
        own += _grown(before, [("dean_monitoring_dropped_total", service, (), float(count)) for service, count in dropped.items() if count])
        own.append(Sample.of("dean_monitoring_series", len(samples) + len(own) + 1))
        figures = ours(own)
        return Reading(
            taken_at=taken,
            leader=self.leader,
            period_seconds=self.period_seconds,
            services=states,
            samples=(*figures.samples, *samples),
            families={**families, **figures.families},
            unlisted=tuple(sample for one in found for sample in one.unlisted),
            budget=next((one.budget for one in found if one.budget is not None), before.budget if before else None),
        )

    async def _sources(self) -> Sequence[Source]:
        """What is to be asked; what was asked before, when that cannot be found out now."""
        try:
            self._known = await self.sources()
        except Exception as error:  # noqa: BLE001 - whatever it is, the round goes on
            _log.info("what is to be watched cannot be found out now", error=type(error).__name__)
        return self._known

    async def _asked(self, source: Source, gate: asyncio.Semaphore) -> Found:
        """Whatever goes wrong with one source keeps no other from being asked."""
        try:
            async with gate:
                return await asyncio.wait_for(source.ask(), source.seconds)
        except (asyncio.TimeoutError, TimeoutError):  # one and the same from Python 3.11 on
            message = "no answer in time"
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            message = f"it could not be asked ({type(error).__name__})"
        return Found([Finding(name, kind, ServiceStatus.UNHEALTHY, answered=False, message=message) for name, kind in source.services])


def _state(finding: Finding, before: ServiceState | None, taken: datetime) -> ServiceState:
    same = before is not None and before.status is finding.status
    failed = not finding.answered or finding.status is ServiceStatus.UNHEALTHY
    failures = (before.failures if before else 0) + 1 if failed and finding.asked else before.failures if failed and before else 0
    return ServiceState(
        name=finding.name,
        kind=finding.kind,
        status=finding.status,
        since=before.since if before is not None and same else taken,
        checked_at=taken if finding.asked else before.checked_at if before else None,
        answered_at=taken if finding.answered else before.answered_at if before else None,
        latency_seconds=finding.latency_seconds,
        message=finding.message[:500],
        version=finding.version or (before.version if before else ""),
        dialect=finding.dialect or (before.dialect if before else ""),
        uptime_seconds=finding.uptime_seconds,
        failures=failures,
        breaker=finding.breaker,
        checks=dict(finding.checks),
    )


def _of_services(pairs: Sequence[tuple[Finding, ServiceState]], before: Reading | None) -> Iterator[Sample]:
    asked: list[tuple[str, str, tuple[tuple[str, str], ...], float]] = []
    for finding, state in pairs:
        kind = {"kind": state.kind}
        if state.status is not ServiceStatus.UNKNOWN:
            yield Sample.of("dean_service_up", float(state.status in _SERVES), state.name, **kind)
            yield Sample.of("dean_service_health", _HEALTH[state.status], state.name, **kind)
        yield Sample.of("dean_service_failures", state.failures, state.name, **kind)
        if state.latency_seconds is not None:
            yield Sample.of("dean_service_latency_seconds", state.latency_seconds, state.name, **kind)
        if state.breaker is not None:
            yield Sample.of("dean_breaker_state", _BREAKER[state.breaker], state.name, **kind)
        failed = finding.asked and state.status is ServiceStatus.UNHEALTHY
        labels = (("kind", state.kind),)
        asked.append(("dean_service_checks_total", state.name, labels, float(finding.asked)))
        asked.append(("dean_service_check_failures_total", state.name, labels, float(failed)))
    yield from _grown(before, asked)


def _grown(before: Reading | None, grown: Iterable[tuple[str, str, tuple[tuple[str, str], ...], float]]) -> list[Sample]:
    """Counters of the watching itself: they go on from the reading before, whoever made it."""
    known = {(one.name, one.service, one.labels): one.value for one in before.samples if one.name in CATALOGUE} if before else {}
    return [Sample(name, known.get((name, service, labels), 0.0) + value, service, labels) for name, service, labels, value in grown]


def _requests(samples: Sequence[Sample]) -> Iterator[Sample]:
    """Requests and errors as services count them themselves, under one name for all."""
    requests: dict[str, float] = {}
    errors: dict[str, float] = {}
    for sample in samples:
        status = sample.label("status") or sample.label("code")
        if status is not None and sample.service and sample.name.endswith("_requests_total"):
            requests[sample.service] = requests.get(sample.service, 0.0) + sample.value
            errors[sample.service] = errors.get(sample.service, 0.0) + (sample.value if status.startswith("5") else 0.0)
    for service, count in requests.items():
        yield Sample.of("dean_service_requests_total", count, service)
        yield Sample.of("dean_service_errors_total", errors[service], service)


def _shared(found: Sequence[Found]) -> tuple[list[Sample], dict[str, Family], dict[str, int]]:
    """Everything told, bounded: our own figures first, and what is left in equal parts for the services that tell of themselves."""
    own = [sample for one in found for sample in one.figures.samples if sample.name in CATALOGUE]
    tellers = [one.figures for one in found if any(sample.name not in CATALOGUE for sample in one.figures.samples)]
    share = max(0, MOST_SAMPLES - len(own)) // max(1, len(tellers))
    samples, families = own[:MOST_SAMPLES], {name: CATALOGUE[name].family for name in {sample.name for sample in own}}
    dropped: dict[str, int] = {}
    for figures in tellers:
        told = [sample for sample in figures.samples if sample.name not in CATALOGUE and math.isfinite(sample.value)]
        kept = told[:share]
        service = told[0].service if told else ""
        dropped[service] = dropped.get(service, 0) + figures.dropped + len(told) - len(kept)
        samples += kept
        families.update({sample.name: figures.families.get(sample.name, Family(MetricType.GAUGE)) for sample in kept})
    return samples, families, dropped
