"""Run as a script: Airflow's command, so that it starts sooner and a scheduler's tasks cost less.

    python launch.py AIRFLOW COMMAND…

``AIRFLOW`` is the installed command's path, ``COMMAND`` what to tell it. Airflow makes millions of objects when it starts, and all of them
stay: Python's collector of cycles would walk them again and again, a sixth of the time that takes. A scheduler with LocalExecutor forks
its tasks: what it has imported, none of them imports again, which is most of a small task's time.

Standard library only, until Airflow is imported by its name: the interpreter may be that of another Airflow than the caller's.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

# A younger generation is looked through after so many new objects, the older after so many times the younger (CPython's: 700, 10, 10).
_THRESHOLDS = (50_000, 50, 100)

_OF_A_TASK = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.http.hooks.http",
    "airflow.providers.standard.decorators.python",
    "dean_provider.assets",
    "dean_provider.factory",
)
_PACKAGES_OF_A_TASK = tuple(
    f"dean_provider.{name}"
    for name in ("config", "contract", "hooks", "operators", "recording", "report", "sensors", "telemetry", "triggers")
)


def load_what_tasks_need() -> None:
    """Import what the packaged DAGs' tasks do. What cannot be imported is left to the task that needs it, which says so."""
    packages = [package for name in _PACKAGES_OF_A_TASK for package in _loaded(name)]
    within = (module.name for package in packages for module in walk_packages(package.__path__, f"{package.__name__}."))
    for name in (*_OF_A_TASK, *within):
        _loaded(name)


def _loaded(name: str) -> list[ModuleType]:
    with suppress(ImportError):
        return [import_module(name)]
    return []


def main() -> None:
    """Become the command in ``sys.argv``."""
    gc.set_threshold(*_THRESHOLDS)
    # This file's folder: its modules have names of the standard library's.
    del sys.path[0]
    del sys.argv[0]
    airflow = import_module("airflow.__main__")
    if sys.argv[1:2] == ["scheduler"]:
        load_what_tasks_need()
    airflow.main()


if __name__ == "__main__":
    main()
