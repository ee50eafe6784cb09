"""The reference services as programs to run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from dean_provider.contract.service import ServiceName
from dean_provider.local.component import Program
from dean_provider.local.ports import HOST, Ports
from dean_provider.local.secrets import Secrets

__all__ = ["connections", "database_files", "programs"]

_SERVICES = (ServiceName.INDEXAGENT, ServiceName.EVOLUTION)


def _database(home: Path, service: ServiceName) -> Path:
    return home / f"{service.value}.db"


def database_files(home: Path) -> list[Path]:
    """Every file that the services' databases under ``home`` may consist of: SQLite puts some beside its own."""
    return [Path(f"{_database(home, service)}{suffix}") for service in _SERVICES for suffix in ("", "-wal", "-shm", "-journal")]


def programs(home: Path, *, python: str, ports: Ports, secrets: Secrets, extra: Mapping[str, str]) -> list[Program]:
    """IndexAgent and the Evolution API, each with its own SQLite file under ``home``, protected by a token."""
    indexagent = {
        "DEAN_INDEXAGENT_HOST": HOST,
        "DEAN_INDEXAGENT_PORT": str(ports.indexagent),
        "DEAN_INDEXAGENT_DATABASE_URL": f"sqlite:///{_database(home, ServiceName.INDEXAGENT)}",
        "DEAN_INDEXAGENT_TOKEN": secrets.indexagent_token,
    }
    evolution = {
        "DEAN_EVOLUTION_HOST": HOST,
        "DEAN_EVOLUTION_PORT": str(ports.evolution),
        "DEAN_EVOLUTION_DATABASE_URL": f"sqlite:///{_database(home, ServiceName.EVOLUTION)}",
        "DEAN_EVOLUTION_TOKEN": secrets.evolution_token,
        "DEAN_EVOLUTION_INDEXAGENT_URL": f"http://{HOST}:{ports.indexagent}",
        "DEAN_EVOLUTION_INDEXAGENT_TOKEN": secrets.indexagent_token,
    }
    run = (python, "-m", "dean_provider.services")
    return [
        Program("indexagent", (*run, "indexagent"), {**indexagent, **extra}),
        Program("evolution", (*run, "evolution"), {**evolution, **extra}),
    ]


def connections(ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Airflow's connections to the services, and to its own gateway, as settings of the environment."""

    def connection(kind: str, port: int, token: str) -> str:
        return json.dumps({"conn_type": kind, "schema": "http", "host": HOST, "port": port, "password": token})

    return {
        "AIRFLOW_CONN_DEAN_INDEXAGENT_DEFAULT": connection("dean_indexagent", ports.indexagent, secrets.indexagent_token),
        "AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT": connection("dean_evolution", ports.evolution, secrets.evolution_token),
        # No host: the gateway is this Airflow's own API server. The password signs what tasks record.
        "AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT": json.dumps({"conn_type": "dean_gateway", "password": secrets.gateway_secret}),
    }
