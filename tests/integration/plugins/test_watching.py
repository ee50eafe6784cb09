"""A real API server watches: what it says of services that are not there, of Airflow, of its database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.plugins.conftest import METRICS_TOKEN, RUNNING, Server

pytestmark = pytest.mark.integration
SECONDS = 60.0


def until(ask: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """What ``ask`` gives once it is ``good``."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = ask()
        if good(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def scrape(server: Server) -> dict[str, list[Any]]:
    answer = server.send("GET", "/dean/metrics", token=METRICS_TOKEN)
    assert answer.status_code == 200
    return {family.name: family.samples for family in text_string_to_metric_families(answer.text)}


def test_what_is_known_of_everything(start_server) -> None:
    server = start_server("simple", AIRFLOW__DEAN__MONITORING_SECONDS="1")
    seen = until(lambda: server.call("GET", "/overview").json(), lambda found: found["watch"]["taken_at"] is not None)
    services = {one["name"]: one for one in seen["services"]}
    assert services["database"]["status"] == "healthy"
    assert services["evolution"]["status"] == services["indexagent"]["status"] == "unhealthy"
    assert services["airflow-scheduler"]["status"] == "unhealthy"
    assert services["airflow-triggerer"]["status"] == "unknown"
    assert "127.0.0.1" not in str(services)
    assert seen["counts"] == {"running": 2, "completed": 1}
    viewer = server.call("GET", "/overview", "viewer").json()
    assert {one["id"] for one in viewer["running"]} == {one["id"] for one in seen["running"]}
    figures = until(lambda: scrape(server), lambda found: "dean_gateway_requests" in found and "dean_trials" in found)
    up = {sample.labels["service"]: sample.value for sample in figures["dean_service_up"]}
    assert (up["database"], up["evolution"]) == (1, 0)
    assert {sample.labels["status"]: sample.value for sample in figures["dean_trials"]}["running"] == 2
    assert figures["dean_gateway_request_seconds"]
    assert figures["dean_gateway_append_seconds"]
    assert any(sample.labels["event_type"] == "trial.started" and sample.value == 3 for sample in figures["dean_gateway_events"])
    assert figures["dean_trial_generation"]
    names = {one["name"] for one in server.call("GET", "/metrics").json()["series"]}
    assert {"dean_service_up", "dean_trials", "dean_host_memory_ratio", "dean_monitoring_round_seconds"} <= names


def test_lines_are_objects_that_say_whose_they_are_and_hold_no_secret(start_server) -> None:
    secret = "hunter2-is-no-password"
    connection = {"conn_type": "dean_evolution", "host": "127.0.0.1", "port": 9, "password": secret, "extra": {"dialect": "reference"}}
    server = start_server(
        "simple",
        AIRFLOW__LOGGING__JSON_LOGS="True",
        AIRFLOW__DEAN__MONITORING_SECONDS="1",
        AIRFLOW__DEAN__REDIS_URL=f"redis://:{secret}@127.0.0.1:9/0",
        AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT=json.dumps(connection),
    )
    until(lambda: server.call("GET", "/overview").json(), lambda found: found["watch"]["taken_at"] is not None)
    scrape(server)
    server.call("POST", f"/trials/{RUNNING}/pause", json={}, headers={"X-Request-ID": "look-for-me"})
    text = (server.home / "server.log").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert all(line.startswith("{") for line in text.splitlines() if "dean_provider" in line or "look-for-me" in line)
    (request,) = [line for line in lines if line.get("request_id") == "look-for-me" and line["event"] == "request"]
    assert (request["correlation_id"], request["workflow_id"], request["status"]) == ("look-for-me", RUNNING, 503)
    assert {"timestamp", "level"} <= set(request)
    assert secret not in text
    assert METRICS_TOKEN not in text
