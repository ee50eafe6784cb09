"""Clients of the services, as Airflow hooks. Importing this package costs nothing; each name is loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dean_provider.hooks.airflow import AirflowHook
    from dean_provider.hooks.client import ServiceClient
    from dean_provider.hooks.correlation import correlation_id, run_prefix
    from dean_provider.hooks.evolution import EvolutionAPIHook
    from dean_provider.hooks.gateway import GatewayHook
    from dean_provider.hooks.indexagent import IndexAgentHook
    from dean_provider.hooks.registry import forget
    from dean_provider.hooks.service import ServiceHook

__all__ = [
    "AirflowHook",
    "EvolutionAPIHook",
    "GatewayHook",
    "IndexAgentHook",
    "ServiceClient",
    "ServiceHook",
    "correlation_id",
    "forget",
    "run_prefix",
]

_HOMES = {
    "AirflowHook": "airflow",
    "EvolutionAPIHook": "evolution",
    "GatewayHook": "gateway",
    "IndexAgentHook": "indexagent",
    "ServiceClient": "client",
    "ServiceHook": "service",
    "correlation_id": "correlation",
    "forget": "registry",
    "run_prefix": "correlation",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
