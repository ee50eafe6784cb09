"""Airflow's own statistics, so that whoever collects them by StatsD or OpenTelemetry has ours too.

Airflow keeps them twice: for the core's processes, and for tasks. Told is whichever this process has set up. Names have no parts that any
number of things could fill; where there are tags, a name with their values in it is told as well, for StatsD, which drops tags.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

__all__ = ["gauge", "incr", "timing"]

_MODULES = ("airflow.sdk.observability.stats", "airflow.observability.stats")
_SHARED = ("airflow.sdk._shared.observability.metrics.stats", "airflow._shared.observability.metrics.stats")
_log = logging.getLogger(__name__)
Tags = Mapping[str, str]


def incr(name: str, count: int = 1, tags: Tags | None = None) -> None:
    """Count something."""
    _tell("incr", name, tags, count)


def gauge(name: str, value: float, tags: Tags | None = None) -> None:
    """Say what something is now."""
    _tell("gauge", name, tags, value)


def timing(name: str, seconds: float, tags: Tags | None = None) -> None:
    """Say how long something took."""
    _tell("timing", name, tags, timedelta(seconds=seconds))


def _tell(how: str, name: str, tags: Tags | None, value: float | timedelta) -> None:
    """Statistics never keep anything from being done."""
    backend = _backend()
    if backend is None:
        return
    try:
        getattr(backend, how)(name, value, **({"tags": dict(tags)} if tags else {}))
        if tags:
            getattr(backend, how)(".".join([name, *(_part(text) for text in tags.values())]), value)
    except Exception as error:  # noqa: BLE001 - whatever the backend raises
        _log.debug("A statistic could not be told: %s", type(error).__name__)


def _backend() -> Any:
    """Airflow's statistics of this process; nothing where none were set up."""
    for shared, module in zip(_SHARED, _MODULES, strict=True):
        found = sys.modules.get(shared)
        if found is not None and _is_set_up(found):
            return _told_by(module)
    return None


def _is_set_up(module: Any) -> bool:
    """3.3 keeps the factory in the module, 3.2 in the class."""
    return (getattr(module, "_factory", None) or getattr(getattr(module, "Stats", None), "__dict__", {}).get("factory")) is not None


@cache
def _told_by(module: str) -> Any:
    import importlib  # noqa: PLC0415

    found = importlib.import_module(module)
    return found if hasattr(found, "incr") else found.Stats


def _part(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in text) or "none"
