"""The Airflow plugin. It registers; the code it registers lives elsewhere."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class DeanPlugin(AirflowPlugin):
    """Announces this provider to Airflow's components."""

    name = "dean"
