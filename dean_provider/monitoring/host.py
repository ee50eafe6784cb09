"""What this machine has left."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress

import psutil

from dean_provider.monitoring.reading import Sample

__all__ = ["host_samples"]


def host_samples() -> Iterator[Sample]:
    """Shares in use: of processors since the last time, of memory, and of the disk that AIRFLOW_HOME is on. Blocks for moments."""
    host = socket.gethostname()[:64]
    told = {"cpu": psutil.cpu_percent(None), "memory": psutil.virtual_memory().percent}
    home = os.environ.get("AIRFLOW_HOME", "~/airflow")
    with suppress(OSError):
        told["disk"] = psutil.disk_usage(os.path.expanduser(home)).percent  # noqa: PTH111 - as Airflow reads it
    for name, percent in told.items():
        yield Sample.of(f"dean_host_{name}_ratio", percent / 100, host=host)
