"""What Airflow is told about this provider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dean_provider import __version__


def get_provider_info() -> dict[str, Any]:
    """Metadata in the form of Airflow's ``provider_info`` schema. Imports nothing heavy: every component calls it."""
    return {
        "package-name": "dean-provider",
        "name": "DEAN",
        "description": "Evolution trials: start, steer, watch, record and explain them.",
        "versions": [__version__],
        "config": json.loads((Path(__file__).parent / "config" / "options.json").read_text("utf-8")),
        "cli": ["dean_provider.cli.airflow_commands.get_commands"],
    }
