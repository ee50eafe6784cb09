"""What the sensors wait on: asynchronous, JSON-only arguments, safe to run twice.

Imported on demand: a DAG file, and with it every task, needs none of it; a triggerer finds a trigger by its own module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dean_provider.triggers.service_health import ServiceHealthTrigger
    from dean_provider.triggers.trial import TrialTrigger

__all__ = ["ServiceHealthTrigger", "TrialTrigger"]

MODULES = {"ServiceHealthTrigger": "service_health", "TrialTrigger": "trial"}


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
