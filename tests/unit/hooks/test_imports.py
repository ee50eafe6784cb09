"""DAG files import operators, operators import hooks: nothing heavy may come along."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import airflow.sdk
before = set(sys.modules)
import dean_provider.hooks.forms, dean_provider.hooks
from dean_provider.hooks import AirflowHook, EvolutionAPIHook, GatewayHook, IndexAgentHook, ServiceClient, ServiceHook, correlation_id
heavy = {"aiohttp", "requests_toolbelt", "purgatory", "redis", "tenacity", "jwt", "airflow.providers.http.hooks.http", "numpy", "fastapi"}
print(sorted(heavy & (set(sys.modules) - before)))
"""


def test_the_hooks_load_nothing_heavy_before_the_first_call() -> None:
    shown = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=120)

    assert shown.stdout.strip().splitlines()[-1] == "[]"
