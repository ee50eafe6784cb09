"""The Airflow plugin. It registers; the code it registers lives elsewhere."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from dean_provider.plugins import listener

__all__ = ["DeanPlugin"]

_log = logging.getLogger(__name__)
WANTED = "DEAN_PLUGIN_API"
"""Set to 1 or 0 where it cannot be seen whether this process serves Airflow's API."""


def _serves_api() -> bool:
    """Every component imports this module; only the API server needs what the gateway needs."""
    wanted = os.environ.get(WANTED)
    if wanted is not None:
        return wanted == "1"
    return "api-server" in sys.argv[:3] or "airflow.api_fastapi.main" in sys.modules


def _applications() -> list[dict[str, Any]]:
    """The gateway. Nothing that is wrong with it may keep Airflow's API server from starting."""
    if not _serves_api():
        return []
    try:
        from dean_provider.plugins.api.safe import gateway_app

        return [{"app": gateway_app(), "url_prefix": "/dean", "name": "DEAN gateway"}]
    except Exception:  # noqa: BLE001 - whatever it is, Airflow starts
        _log.exception("the gateway cannot be imported; Airflow goes on without it")
        return []


def _views() -> list[dict[str, Any]]:
    """The page, in the navigation and as a tab of each DAG and each run. Relative addresses hold below any path Airflow is served at."""
    icons = {"icon": "dean/page/icon.svg", "icon_dark_mode": "dean/page/icon-dark.svg"}
    places = {
        "dean": ("nav", ""),
        "dean-dag": ("dag", "dags/{DAG_ID}"),
        "dean-run": ("dag_run", "dags/{DAG_ID}/runs/{RUN_ID}"),
    }
    return [
        # `nav_top_level` is Airflow's from 3.3 on; before, the entry stands by itself only while no other plugin has one.
        {"name": "DEAN", "href": f"dean/page/{path}", "destination": destination, "url_route": route, "nav_top_level": True, **icons}
        for route, (destination, path) in places.items()
    ]


class DeanPlugin(AirflowPlugin):
    """Announces this provider to Airflow's components."""

    name = "dean"
    listeners = [listener]  # noqa: RUF012 - Airflow's own form
    fastapi_apps = _applications()
    external_views = _views()
