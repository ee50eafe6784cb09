"""Forks API servers from a process that has imported Airflow: importing it, and deriving its routes, is most of a start.

Each line on standard input orders one: its environment, its log, and what `server.main` takes. The answer is its process id. This process
has the environment that all servers have in common, and `_AIRFLOW__AS_LIBRARY`, so that Airflow is imported without being initialised.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
from typing import Any

import server

# Modules that read settings as they are imported: the path below which Airflow is served, where statistics go.
KEEPING = ("airflow.api_fastapi.app", "airflow.sdk.serde")


def preload() -> None:
    """Nothing that keeps a setting in which two servers could differ, but for those that `become` reads anew."""
    # What Airflow makes as it is imported stays: looking through it again and again takes a fifth of the time.
    gc.set_threshold(50_000, 50, 100)
    for name in (
        "airflow.api_fastapi.core_api.routes.public",
        "airflow.api_fastapi.core_api.routes.ui",
        "airflow.dag_processing.dagbag",
        "airflow.models",
        "airflow.providers_manager",
        "airflow.utils.db",
        "alembic.command",
        "dean_provider.plugins.api.app",
        "uvicorn.loops.auto",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
    ):
        importlib.import_module(name)
    importlib.import_module("airflow.models").import_all_models()
    gc.collect()
    gc.freeze()  # what is never looked through again stays shared with those that are forked


def become(environment: dict[str, str], log: str) -> None:
    """A process that Airflow was imported in with that environment."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor, opened in ((0, os.open(os.devnull, os.O_RDONLY)), (1, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))):
        os.dup2(opened, descriptor)
        os.close(opened)
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    importlib.import_module("airflow.settings").initialize()
    for name in KEEPING:
        importlib.reload(importlib.import_module(name))


def main() -> None:
    preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(order["environment"], order["log"])
            server.main(order["auth"], order["ready"])
            return
        print(pid, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
