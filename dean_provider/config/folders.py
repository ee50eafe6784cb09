"""Where files go that a trial leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

from dean_provider.config.settings import ProviderSettings

__all__ = ["report_folder"]


def report_folder(settings: ProviderSettings) -> str:
    """Folder of the trials' reports, as a path or URI: the configured one, else ``dean/reports`` below Airflow's home."""
    home = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
    return settings.report_uri or (home / "dean" / "reports").as_uri()
