"""A real API server watches: what it says of services that are not there, of Airflow, of its database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.plugins.conftest import METRICS_TOKEN, RUNNING, Server
from tests.listeners import Collector, StatsdListener, collecting, hearing_statsd, told

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


@pytest.fixture
def statsd() -> Iterator[StatsdListener]:
    with hearing_statsd() as listener:
        yield listener


def test_what_is_known_of_everything(start_server, statsd) -> None:
    server = start_server("simple", AIRFLOW__DEAN__MONITORING_SECONDS="1", **statsd.settings)
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
    heard = {name.removeprefix("airflow."): said for name, said in statsd.heard.items() if name.startswith("airflow.dean.")}
    assert heard["dean.service.up.database"] == ("g", 1)
    assert heard["dean.service.up.evolution"] == ("g", 0)
    assert heard["dean.trials.running"] == ("g", 2)
    assert {"dean.monitoring.round_seconds", "dean.service.latency_seconds.database"} <= set(heard)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as server:
        yield server


def test_lines_statistics_and_spans_say_whose_they_are_and_hold_no_secret(start_server, collector) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    secret = "hunter2-is-no-password"
    connection = {"conn_type": "dean_evolution", "host": "127.0.0.1", "port": 9, "password": secret, "extra": {"dialect": "reference"}}
    server = start_server(
        "simple",
        AIRFLOW__LOGGING__JSON_LOGS="True",
        AIRFLOW__DEAN__MONITORING_SECONDS="1",
        AIRFLOW__DEAN__REDIS_URL=f"redis://:{secret}@127.0.0.1:9/0",
        AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT=json.dumps(connection),
        AIRFLOW__METRICS__OTEL_ON="True",
        **collector.settings,
    )
    until(lambda: server.call("GET", "/overview").json(), lambda found: found["watch"]["taken_at"] is not None)
    scrape(server)
    server.call(
        "POST",
        f"/trials/{RUNNING}/pause",
        json={},
        headers={"X-Request-ID": "look-for-me", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    names = until(collector.metrics, lambda found: any(name.endswith("dean.service.up") for name in found))
    assert {"dean.trials", "dean.monitoring.round_seconds"} <= {name.removeprefix("airflow.") for name in names}
    spans = until(collector.spans, lambda found: any(one.trace_id.hex() == trace and one.name == "dean.request" for one in found))
    (of_request,) = [one for one in spans if one.name == "dean.request" and one.trace_id.hex() == trace]
    assert told(of_request)["dean.workflow_id"] == RUNNING
    assert any(one.name.startswith("dean.call evolution") and one.parent_span_id == of_request.span_id for one in spans)
    assert all(secret.encode() not in body for _, body in collector.sent)
    text = (server.home / "server.log").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert all(line.startswith("{") for line in text.splitlines() if "dean_provider" in line or "look-for-me" in line)
    (request,) = [line for line in lines if line.get("request_id") == "look-for-me" and line["event"] == "request"]
    assert (request["correlation_id"], request["workflow_id"]) == ("look-for-me", RUNNING)
    assert request["status"] in (502, 503)
    assert {"timestamp", "level"} <= set(request)
    assert secret not in text
    assert METRICS_TOKEN not in text
