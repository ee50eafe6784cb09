"""Whether a sensor may hand its waiting to a triggerer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["defers", "refuse_ignored", "triggerer_alive"]

log = logging.getLogger(__name__)

HEALTH_SECONDS = 2.0


def triggerer_alive() -> bool | None:
    """Whether Airflow has a living triggerer, by its own health report; ``None`` when it cannot be asked from here."""
    import requests

    from dean_provider.hooks.api_server import api_server

    try:
        report = requests.get(f"{api_server()}/api/v2/monitor/health", timeout=HEALTH_SECONDS)
        report.raise_for_status()
        triggerer = report.json().get("triggerer")
    except (requests.RequestException, ValueError, AttributeError):
        return None
    return isinstance(triggerer, dict) and triggerer.get("status") == "healthy"


def refuse_ignored(given: Mapping[str, Any], ignored: Collection[str]) -> None:
    """Refuse options of Airflow's sensor loop, which these sensors do not use, instead of ignoring them in silence.

    :raises ValueError: naming them.
    """
    if wrong := sorted(set(given) & set(ignored)):
        raise ValueError(f"{', '.join(wrong)} would have no effect here; see deferrable and the seconds between two looks")


def defers(deferrable: bool) -> bool:
    """Whether to defer: as asked for, unless there is no triggerer that would ever take the trigger up."""
    if deferrable and triggerer_alive() is False:
        log.warning("No triggerer is alive, so this task waits on the worker and keeps its slot.")
        return False
    return deferrable
