"""``/health``: what a service depends on, asked each time but never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timezone

from fastapi.responses import Response

from dean_provider.contract.service import Check, Empty, Health, HealthStatus, ServiceName

__all__ = ["CheckFunction", "HealthReport", "weighed", "worst_of"]

CheckFunction = Callable[[], Awaitable[Check]]
_PATIENCE_SECONDS = 3.0
_ORDER = [HealthStatus.HEALTHY, HealthStatus.DEGRADED, HealthStatus.UNHEALTHY]


def worst_of(found: Iterable[HealthStatus]) -> HealthStatus:
    """The worst of them; healthy when there is none."""
    return max(found, key=_ORDER.index, default=HealthStatus.HEALTHY)


def weighed(status: HealthStatus, *, vital: bool) -> HealthStatus:
    """What a part's status means for the whole: only what is vital makes it unhealthy."""
    return HealthStatus.DEGRADED if status is HealthStatus.UNHEALTHY and not vital else status


async def _run(check: CheckFunction) -> Check:
    start = time.perf_counter()
    try:
        found = await asyncio.wait_for(check(), _PATIENCE_SECONDS)
    except asyncio.TimeoutError:
        found = Check(status=HealthStatus.UNHEALTHY, message=f"no answer within {_PATIENCE_SECONDS:g} s")
    except Exception as error:  # noqa: BLE001  whatever breaks a check is what the check reports
        found = Check(
            status=HealthStatus.UNHEALTHY, message=f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
        )
    return found.model_copy(update={"latency_seconds": round(time.perf_counter() - start, 6)})


class HealthReport:
    """Runs the checks side by side.

    :param vital: checks without which the service cannot serve: their failure answers 503; any other makes it degraded.
    """

    def __init__(self, service: ServiceName, version: str, checks: Mapping[str, CheckFunction], vital: frozenset[str]) -> None:
        self.service = service
        self.version = version
        self.checks = checks
        self.vital = vital
        self._born = time.monotonic()

    async def __call__(self, request: Empty) -> Response:
        found = dict(zip(self.checks, await asyncio.gather(*map(_run, self.checks.values())), strict=True))
        status = worst_of(weighed(check.status, vital=name in self.vital) for name, check in found.items())
        health = Health(
            status=status,
            service=self.service.value,
            version=self.version,
            dialect="reference",
            uptime_seconds=round(time.monotonic() - self._born, 3),
            checks=found,
            timestamp=datetime.now(timezone.utc),
        )
        code = 503 if status is HealthStatus.UNHEALTHY else 200
        return Response(health.model_dump_json(), status_code=code, media_type="application/json")
