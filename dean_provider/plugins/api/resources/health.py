"""How the gateway is, and how everything is that it knows of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timezone

from fastapi import Response
from fastapi.responses import PlainTextResponse

from dean_provider import __version__
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.installation import ServiceCheck, Status
from dean_provider.contract.monitoring import ServiceState, ServiceStatus
from dean_provider.contract.service import Check, Empty, HealthStatus, ServiceName
from dean_provider.errors import DeanError
from dean_provider.hooks.service import ServiceHook
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.text import exposition
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.caller import CallerKind
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.resources.monitoring import readable
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.web.health import HealthReport, weighed, worst_of

__all__ = ["overall", "routes"]

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE_SECONDS = 5.0
_VITAL_KINDS = ("airflow", "database")


def routes(around: Surroundings) -> Table:
    async def check_record() -> Check:
        return await around.room.cheap.run(lambda: _record(around.room.sessions))

    report = HealthReport(ServiceName.GATEWAY, __version__, {"record": check_record}, frozenset({"record"}))

    async def health(_: Empty, call: Call) -> Response:
        return await report(Empty())

    async def read_status(_: Empty, call: Call) -> Status:
        services = {"indexagent": around.indexagent(None, call.request_id), "evolution": around.evolution(None, call.request_id)}
        checks = await asyncio.gather(*(_asked(hook) for hook in services.values()))
        trials = await around.room.cheap.run(lambda: _trials(call))
        await around.monitor.follow()
        return _status(dict(zip(services, checks, strict=True)), around.monitor.services(), trials, call)

    async def metrics(_: Empty, call: Call) -> Response:
        """What the leader found, whichever process answers; this process's own figures where nobody has found anything of late."""
        monitor = around.monitor
        await monitor.follow()
        reading = monitor.reading
        if reading is None or monitor.stale:
            text = around.instruments.text()
        else:
            age = Sample.of("dean_monitoring_age_seconds", (monitor.now() - reading.taken_at).total_seconds())
            text = await around.room.cheap.run(lambda: exposition(reading, _shown_to(call), [age]))
        return PlainTextResponse(text, media_type=_EXPOSITION)

    return {
        gateway.HEALTH: Served(health, Right.KNOWN),
        gateway.METRICS: Served(metrics, Right.FIGURES),
        gateway.READ_STATUS: Served(read_status, Right.SIGNED_IN),
    }


def _shown_to(call: Call) -> Collection[str] | None:
    """Whoever has the token for the figures sees all; a person, their own DAGs' trials."""
    return None if call.caller.kind is CallerKind.SCRAPER else readable(call)


def _record(sessions: Sessions) -> Check:
    try:
        with sessions():
            return Check(status=HealthStatus.HEALTHY)
    except DeanError as error:
        return Check(status=HealthStatus.UNHEALTHY, message=str(error))


async def _asked(hook: ServiceHook) -> Check:
    """How a service says it is. What is wrong with reaching it is said; addresses and connections are not everybody's."""
    start = time.perf_counter()
    try:
        health = await asyncio.wait_for(hook.acall(hook.health_operation, Empty()), _PATIENCE_SECONDS)
        found = Check(status=health.status, message="" if health.status is HealthStatus.HEALTHY else "the service says so")
    except asyncio.TimeoutError:
        found = Check(status=HealthStatus.UNHEALTHY, message=f"no answer within {_PATIENCE_SECONDS:g} s")
    except DeanError as error:
        found = Check(status=HealthStatus.UNHEALTHY, message=type(error).title)
    return found.model_copy(update={"latency_seconds": round(time.perf_counter() - start, 6)})


def _trials(call: Call) -> dict[str, int]:
    from dean_provider.state import permitted

    if not call.authority.reads():
        return {}
    with call.sessions() as session:
        return permitted.count_trials(session, dag_ids=call.authority.dag_ids(session))


def _lasting(check: Check, watched: ServiceState | None) -> ServiceCheck:
    """With since when it is so, and what is known to be wrong, where it was seen to be so before."""
    found = ServiceCheck(**check.model_dump())
    if watched is None or watched.status.value != check.status.value:
        return found
    return found.model_copy(update={"since": watched.since, "message": check.message or watched.message})


def overall(checks: Mapping[str, Check], watched: Sequence[ServiceState]) -> HealthStatus:
    """How everything is together: no trial runs without what was asked now, without Airflow's components and its database."""
    known = [state for state in watched if state.status is not ServiceStatus.UNKNOWN]
    others = [weighed(HealthStatus(state.status.value), vital=state.kind in _VITAL_KINDS) for state in known]
    return worst_of([*(check.status for check in checks.values()), *others])


def _status(checks: Mapping[str, Check], watched: Sequence[ServiceState], trials: dict[str, int], call: Call) -> Status:
    from airflow.version import version as airflow_version

    states = {state.name: state for state in watched}
    services = {name: _lasting(check, states.pop(name, None)) for name, check in checks.items()}
    rest = list(states.values())
    return Status(
        status=overall(services, rest),
        version=__version__,
        airflow_version=airflow_version,
        services={**services, "record": ServiceCheck(status=HealthStatus.HEALTHY)},
        watched=rest,
        trials=trials,
        user=call.caller.name,
        timestamp=datetime.now(timezone.utc),
    )
