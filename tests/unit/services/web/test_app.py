from __future__ import annotations

import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dean_provider import __version__
from dean_provider.contract.service import Health, HealthStatus
from dean_provider.services.store import Database
from dean_provider.services.web.logs import configure_logs
from dean_provider.services.web.settings import LogLevel


def test_health_says_who_answers_and_how_it_is(indexagent):
    answer = indexagent().get("/health")
    health = Health.model_validate_json(answer.content)
    assert (health.service, health.dialect, health.version) == ("indexagent", "reference", __version__)
    assert health.status is HealthStatus.HEALTHY
    assert health.checks["database"].status is HealthStatus.HEALTHY


def test_without_its_database_a_service_is_unhealthy(indexagent, monkeypatch):
    client = indexagent()

    def away(_):
        raise OSError("disk on fire\nsecond line")

    monkeypatch.setattr(Database, "ping", away)
    answer = client.get("/health")
    assert answer.status_code == 503
    health = Health.model_validate_json(answer.content)
    assert health.status is HealthStatus.UNHEALTHY
    assert health.checks["database"].message == "OSError: disk on fire"


def test_without_indexagent_or_workers_the_evolution_api_is_degraded(evolution):
    health = Health.model_validate_json(evolution.get("/health").content)
    assert (health.service, health.status) == ("evolution", HealthStatus.DEGRADED)
    assert {name: check.status.value for name, check in health.checks.items()} == {
        "database": "healthy",
        "indexagent": "unhealthy",
        "pool": "unhealthy",
    }
    assert "cannot be reached" in health.checks["indexagent"].message


def test_metrics_are_exposition_text(indexagent):
    client = indexagent()
    client.get("/api/v1/populations/a")
    client.get("/api/v1/populations/b")
    client.get("/nowhere")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    counted = {
        (s.labels["route"], s.labels["status"]): s.value for s in families["dean_indexagent_requests"].samples if s.name.endswith("total")
    }
    assert counted["/api/v1/populations/{population_id}", "404"] == 2
    assert counted["unmatched", "404"] == 1


def test_invented_methods_are_one_label(indexagent):
    client = indexagent(token="open sesame")
    for number in range(20):
        assert client.request(f"INVENTED{number}", "/nowhere").status_code == 401
    text = client.get("/metrics", headers={"Authorization": "Bearer open sesame"}).text
    assert "INVENTED" not in text
    assert 'method="OTHER"' in text


def test_evolution_metrics_count_trials_by_status(evolution):
    text = evolution.get("/metrics").text
    samples = {(s.name, s.labels.get("status")): s.value for f in text_string_to_metric_families(text) for s in f.samples}
    assert samples["dean_evolution_trials", "running"] == 0
    assert samples["dean_evolution_tokens_used", None] == 0
    assert samples["dean_evolution_patterns", None] == 0


@pytest.mark.parametrize("given", ["dag-run:1/try 2".replace(" ", "_"), "6f1c7c3e-5d9c-4a55-9f0c-1d6a6f3a8a11"])
def test_a_callers_request_id_comes_back(indexagent, given):
    assert indexagent().get("/health", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "with space", "x" * 300, "new\tline"])
def test_a_useless_request_id_is_replaced(indexagent, given):
    found = indexagent().get("/health", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert found
    assert found != given


@pytest.fixture
def log_lines(capsys):
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_logs_are_json_lines_with_the_request_id(indexagent, log_lines):
    client = indexagent()
    configure_logs(LogLevel.INFO, "indexagent")
    client.get("/api/v1/populations", headers={"X-Request-ID": "call-7"})
    client.get("/health")
    lines = [line for line in log_lines() if line["message"] == "request"]
    assert [(line["path"], line["status"], line["request_id"]) for line in lines] == [("/api/v1/populations", 200, "call-7")]
    assert lines[0]["service"] == "indexagent"
    assert lines[0]["level"] == "info"
    assert lines[0]["timestamp"].endswith("Z")


def test_the_level_is_a_setting(indexagent, log_lines):
    client = indexagent()
    configure_logs(LogLevel.WARNING, "indexagent")
    client.get("/api/v1/populations")
    logging.getLogger("anything").warning("seen %s", 1)
    assert [line["message"] for line in log_lines()] == ["seen 1"]
