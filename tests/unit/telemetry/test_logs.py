"""Lines as Airflow writes them where it is told to write JSON: each an object, each saying whose it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

CODE = """
import asyncio, logging
from airflow import settings
settings.configure_vars(); settings.configure_logging() if hasattr(settings, "configure_logging") else None
from airflow.logging_config import configure_logging
configure_logging()
from asgi_correlation_id import correlation_id
from structlog import get_logger
from dean_provider.hooks.masking import mask
from dean_provider.plugins.api.log_context import LogContext
from dean_provider.telemetry.work import working

async def app(scope, receive, send):
    get_logger("dean_provider.plugins.api").info("of a request", n=1)
    await asyncio.to_thread(logging.getLogger("dean_provider.hooks").warning, "in a %s", "thread")

async def main():
    correlation_id.set("req-7")
    path = "/api/v1/trials/00000000-0000-0000-0000-000000000001/pause"
    await LogContext(app)({"type": "http", "method": "POST", "path": path, "headers": []}, None, None)
    with working("StartOperator", trial_id="t-1", run_id="run-1", correlation_id="corr-1"):
        logging.getLogger("dean_provider.operators").info("of a step")
        logging.getLogger("dean_provider.operators").debug("not shown at this level")

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> dict[str, dict]:
    home = tmp_path_factory.mktemp("airflow")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN_"))}
    env |= {"AIRFLOW_HOME": str(home), "AIRFLOW__LOGGING__JSON_LOGS": "True", "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
    shown = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=120, env=env)
    found = [json.loads(line) for line in shown.stdout.splitlines() if line.strip()]
    return {one["event"]: one for one in found}


def test_a_request_is_named_in_every_line_and_thread(lines) -> None:
    for event in ("of a request", "in a thread"):
        line = lines[event]
        assert (line["request_id"], line["correlation_id"]) == ("req-7", "req-7")
        assert line["workflow_id"] == "00000000-0000-0000-0000-000000000001"
    assert lines["of a request"]["n"] == 1


def test_a_step_names_trial_run_and_correlation_id(lines) -> None:
    line = lines["of a step"]
    assert (line["trial_id"], line["run_id"], line["correlation_id"]) == ("t-1", "run-1", "corr-1")
    assert line["request_id"] == "corr-1"
    assert line["level"] == "info"


def test_the_level_is_airflows(lines) -> None:
    assert "not shown at this level" not in lines
