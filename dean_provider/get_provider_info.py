"""What Airflow is told about this provider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dean_provider import __version__
from dean_provider.hooks.forms import connection_types

INTEGRATION = "DEAN"


def _modules(package: str, *names: str) -> list[dict[str, Any]]:
    return [{"integration-name": INTEGRATION, "python-modules": [f"dean_provider.{package}.{name}" for name in names]}]


def get_provider_info() -> dict[str, Any]:
    """Metadata in the form of Airflow's ``provider_info`` schema. Imports nothing heavy: every component calls it."""
    return {
        "package-name": "dean-provider",
        "name": "DEAN",
        "description": "Evolution trials: start, steer, watch, record and explain them.",
        "versions": [__version__],
        "config": json.loads((Path(__file__).parent / "config" / "options.json").read_text("utf-8")),
        "integrations": [{"integration-name": INTEGRATION, "tags": ["service"]}],
        "hooks": _modules("hooks", "indexagent", "evolution", "airflow", "gateway"),
        "connection-types": connection_types(),
        "operators": _modules("operators", "validation", "population", "trial", "patterns", "approval", "report", "propagation"),
        "sensors": _modules("sensors", "trial", "service_health"),
        "triggers": _modules("triggers", "trial", "service_health"),
        "notifications": ["dean_provider.notifications.trial.TrialNotifier"],
        "bundles": [{"integration-name": INTEGRATION, "python-modules": ["dean_provider.bundle"]}],
        "extra-links": ["dean_provider.links.ReportLink", "dean_provider.links.TrialLink"],
        "asset-uris": [
            {"schemes": ["dean"], "handler": "dean_provider.assets.sanitize_uri", "factory": "dean_provider.assets.create_asset"}
        ],
        "db-managers": ["dean_provider.state.db_manager.DeanDBManager"],
        "cli": ["dean_provider.cli.airflow_commands.get_commands"],
    }
