"""Another Airflow: its REST API, version 2. Importing this module registers the dialect."""

from __future__ import annotations

from typing import Any

from dean_provider.contract.dag_run import (
    Dag,
    DagPage,
    DagRef,
    DagRun,
    DagRunRef,
    ListDags,
    ListTasks,
    PauseDag,
    TaskPage,
    TriggerDagRun,
    Version,
)
from dean_provider.contract.endpoints.dialect import Dialect, Probe, Traits, register_dialect
from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.service import Empty, Health, HealthStatus, ServiceName

__all__ = [
    "HEALTH",
    "LIST_DAGS",
    "LIST_TASKS",
    "OPERATIONS",
    "PAUSE_DAG",
    "READ_DAG",
    "READ_DAG_RUN",
    "READ_VERSION",
    "TRIGGER_DAG_RUN",
    "V2",
]

_S = ServiceName.AIRFLOW

HEALTH = Operation("health", _S, Empty, Health, True, "How its metadata database and its components are.")
READ_VERSION = Operation("read_version", _S, Empty, Version, True, "Its version.")
LIST_DAGS = Operation("list_dags", _S, ListDags, DagPage, True, "Its DAGs.")
READ_DAG = Operation("read_dag", _S, DagRef, Dag, True, "One DAG.")
PAUSE_DAG = Operation("pause_dag", _S, PauseDag, Dag, True, "Pause a DAG, or let it go on.")
TRIGGER_DAG_RUN = Operation("trigger_dag_run", _S, TriggerDagRun, DagRun, False, "Start a run of a DAG.")
READ_DAG_RUN = Operation("read_dag_run", _S, DagRunRef, DagRun, True, "One run of a DAG.")
LIST_TASKS = Operation("list_tasks", _S, ListTasks, TaskPage, True, "The task instances of a run.")

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    HEALTH,
    READ_VERSION,
    LIST_DAGS,
    READ_DAG,
    PAUSE_DAG,
    TRIGGER_DAG_RUN,
    READ_DAG_RUN,
    LIST_TASKS,
)

_VITAL = ("metadatabase", "scheduler")
_WORDS = {"healthy": HealthStatus.HEALTHY, "unhealthy": HealthStatus.UNHEALTHY}


def _health(payload: Any, _: dict[str, Any]) -> dict[str, Any]:
    """Airflow tells each component's status; one it does not run has none. A sick triggerer or DAG processor leaves it degraded."""
    told = {name: _WORDS.get(part.get("status") or "") for name, part in payload.items()}
    checks = {name: status for name, status in told.items() if status is not None}
    sick = {name for name, status in checks.items() if status is HealthStatus.UNHEALTHY}
    worst = HealthStatus.UNHEALTHY if sick & set(_VITAL) else HealthStatus.DEGRADED if sick else HealthStatus.HEALTHY
    return {"status": worst, "service": "airflow", "dialect": "v2", "checks": {name: {"status": status} for name, status in checks.items()}}


_DAG = "/api/v2/dags/{dag_id}"
_RUN = _DAG + "/dagRuns/{dag_run_id}"

V2 = register_dialect(
    Dialect(
        name="v2",
        service=_S,
        traits=Traits(sticky_stop=False, enforces_limits=False, digest=False),
        probe=Probe("/api/v2/version", lambda status, body: status == 200 and isinstance(body, dict) and "version" in body),
        routes={
            HEALTH.name: Route("GET", "/api/v2/monitor/health", decode=_health),
            READ_VERSION.name: Route("GET", "/api/v2/version"),
            LIST_DAGS.name: Route("GET", "/api/v2/dags"),
            READ_DAG.name: Route("GET", _DAG),
            PAUSE_DAG.name: Route("PATCH", _DAG),
            # The date must be there even when there is none.
            TRIGGER_DAG_RUN.name: Route("POST", _DAG + "/dagRuns", encode=lambda rest: {"logical_date": None, **rest}),
            READ_DAG_RUN.name: Route("GET", _RUN),
            LIST_TASKS.name: Route("GET", _RUN + "/taskInstances"),
        },
    )
)
