"""What Airflow is told about this provider."""

from __future__ import annotations

from typing import Any

from dean_provider import __version__


def get_provider_info() -> dict[str, Any]:
    """Metadata in the form of Airflow's ``provider_info`` schema. Imports nothing heavy: every component calls it."""
    return {
        "package-name": "dean-provider",
        "name": "DEAN",
        "description": "Evolution trials: start, steer, watch, record and explain them.",
        "versions": [__version__],
    }
