"""How Airflow itself is: its components by their heartbeats, its database, and how long tasks of trials wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.monitoring.finding import Finding, Found, Source
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.record import Sessions, ours
from dean_provider.monitoring.threads import Patient
from dean_provider.state import figures

__all__ = ["components_source", "database_source"]

_COMPONENTS = ("scheduler", "triggerer", "dag_processor")
_NAMES = {component: f"airflow-{component.replace('_', '-')}" for component in _COMPONENTS}
_WAITING = ("scheduled", "queued")
DATABASE = "database"


def components_source(
    sessions: Sessions, seconds: float, now: Callable[[], datetime], health: Callable[[], dict[str, Any]] | None = None
) -> Source:
    """Asks Airflow for its components' heartbeats, and for tasks that wait.

    :param health: what Airflow says of itself; Airflow's own unless given.
    """
    patient = Patient()

    def read() -> Found:
        told = (health or _health)()
        findings = [_component(component, told.get(component) or {}) for component in _COMPONENTS]
        beats = [
            Sample.of("dean_airflow_heartbeat_age_seconds", age, component=component)
            for component in _COMPONENTS
            if (age := _age((told.get(component) or {}).get(f"latest_{component}_heartbeat"), now())) is not None
        ]
        if told.get("metadatabase", {}).get("status") != "healthy":
            findings = [
                Finding(one.name, "airflow", ServiceStatus.UNKNOWN, answered=False, asked=False, message="the database does not answer")
                for one in findings
            ]
        return Found(findings, ours([*beats, *_waiting(sessions, now())]))

    async def ask() -> Found:
        return await patient.run(read, seconds)

    return Source("airflow", [(name, "airflow") for name in _NAMES.values()], ask, seconds + 1)


def database_source(sessions: Sessions, seconds: float) -> Source:
    """Asks the metadata database something small."""
    patient = Patient()

    def read() -> Found:
        start = time.perf_counter()
        with sessions() as session:
            session.execute(text("SELECT 1")).scalar()
            latency = time.perf_counter() - start
            connections = _connections(session)
        samples = [Sample.of("dean_database_latency_seconds", latency)]
        samples += [] if connections is None else [Sample.of("dean_database_connections", connections)]
        finding = Finding(DATABASE, "database", ServiceStatus.HEALTHY, latency_seconds=round(latency, 6))
        return Found([finding], ours(samples))

    async def ask() -> Found:
        return await patient.run(read, seconds)

    return Source(DATABASE, [(DATABASE, "database")], ask, seconds + 1)


def _health() -> dict[str, Any]:
    from airflow.api.common.airflow_health import get_airflow_health  # noqa: PLC0415 - Airflow's models are loaded where they are used

    return get_airflow_health()


def _component(component: str, told: dict[str, Any]) -> Finding:
    name, status = _NAMES[component], told.get("status")
    if status == "healthy":
        return Finding(name, "airflow", ServiceStatus.HEALTHY)
    if status is None:
        return Finding(name, "airflow", ServiceStatus.UNKNOWN, answered=False, asked=False, message="it has never run here")
    beat = told.get(f"latest_{component}_heartbeat")
    message = f"no heartbeat since {beat[:19]}Z" if beat else "it has never had a heartbeat"
    return Finding(name, "airflow", ServiceStatus.UNHEALTHY, answered=False, message=message)


def _age(beat: str | None, now: datetime) -> float | None:
    return max(0.0, (now - datetime.fromisoformat(beat)).total_seconds()) if beat else None


def _waiting(sessions: Sessions, now: datetime) -> Iterator[Sample]:
    """Tasks of DAGs with trials that no worker has taken yet."""
    from airflow.models.taskinstance import TaskInstance  # noqa: PLC0415

    counts: dict[str, int] = dict.fromkeys(_WAITING, 0)
    longest = 0.0
    with sessions() as session:
        dags = figures.open_dags(session)
        # When it was queued is left behind by a deferral, a retry and a clear; when it was scheduled is set anew by each of them.
        since = case((TaskInstance.state == "queued", TaskInstance.queued_dttm), else_=TaskInstance.scheduled_dttm)
        statement = (
            select(TaskInstance.state, func.count(), func.min(since))
            .where(TaskInstance.dag_id.in_(dags), TaskInstance.state.in_(_WAITING))
            .group_by(TaskInstance.state)
        )
        for state, count, oldest in session.execute(statement).tuples() if dags else []:
            counts[str(state)] = count
            longest = max(longest, (now - oldest).total_seconds() if oldest else 0.0)
    for state, count in counts.items():
        yield Sample.of("dean_airflow_tasks", count, state=state)
    yield Sample.of("dean_airflow_queue_lag_seconds", longest)


def _connections(session: Session) -> int | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.execute(text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")).scalar()
