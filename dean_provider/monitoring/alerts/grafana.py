"""A dashboard for Grafana over the figures of ``/dean/metrics``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["ROWS", "Panel", "dashboard"]

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT = 24, 8
_TRIAL = '{workflow_id=~"$trial"}'


@dataclass(frozen=True)
class Panel:
    """:param queries: PromQL with the legend of each.
    :param unit: in Grafana's words.
    :param kind: ``timeseries``, ``stat``, ``gauge`` or ``bargauge``.
    """

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    about: str = ""


def _one(title: str, query: str, legend: str = "", **more: Any) -> Panel:
    return Panel(title, ((query, legend),), **more)


ROWS: dict[str, Sequence[Panel]] = {
    "System": (
        _one(
            "Services", "max by (service) (dean_service_health)", "{{service}}", kind="stat", about="1 healthy, 0.5 degraded, 0 unhealthy."
        ),
        _one("Time to answer", "max by (service) (dean_service_latency_seconds)", "{{service}}", unit="s"),
        _one("Failures in a row", "max by (service) (dean_service_failures)", "{{service}}"),
        _one("Circuit breakers", "max by (service) (dean_breaker_state)", "{{service}}", about="0 closed, 1 half-open, 2 open."),
        _one("Requests of services", "sum by (service) (rate(dean_service_requests_total[5m]))", "{{service}}", unit="reqps"),
        _one(
            "Errors of services",
            "sum by (service) (rate(dean_service_errors_total[5m])) / sum by (service) (rate(dean_service_requests_total[5m]))",
            "{{service}}",
            unit="percentunit",
        ),
        Panel(
            "Machines",
            (
                ("max by (host) (dean_host_cpu_ratio)", "{{host}} processors"),
                ("max by (host) (dean_host_memory_ratio)", "{{host}} memory"),
                ("max by (host) (dean_host_disk_ratio)", "{{host}} disk"),
            ),
            unit="percentunit",
        ),
        _one("Heartbeats of Airflow", "max by (component) (dean_airflow_heartbeat_age_seconds)", "{{component}}", unit="s"),
        _one("Tasks that wait", "max by (state) (dean_airflow_tasks)", "{{state}}"),
        _one("Longest wait for a worker", "max(dean_airflow_queue_lag_seconds)", unit="s"),
        _one("Database: time to answer", "max(dean_database_latency_seconds)", unit="s"),
        _one("Database: connections", "max(dean_database_connections)"),
        _one("Redis: memory", "max(dean_redis_memory_bytes)", unit="bytes"),
        _one("Watching: time of a round", "max(dean_monitoring_round_seconds)", unit="s"),
    ),
    "Gateway": (
        _one("Requests", "sum by (status) (rate(dean_gateway_requests_total[5m]))", "{{status}}", unit="reqps"),
        _one(
            "95 % of requests are answered within",
            "histogram_quantile(0.95, sum by (le) (rate(dean_gateway_request_seconds_bucket[5m])))",
            unit="s",
        ),
        _one("Events recorded", "sum by (event_type) (rate(dean_gateway_events_total[5m]))", "{{event_type}}", unit="cps"),
        _one(
            "95 % of events are recorded within",
            "histogram_quantile(0.95, sum by (le) (rate(dean_gateway_append_seconds_bucket[5m])))",
            unit="s",
        ),
        _one("Live sockets", "max by (about) (dean_gateway_live_clients)", "{{about}}"),
    ),
    "Evolution": (
        _one("Trials by status", "max by (status) (dean_trials)", "{{status}}"),
        _one("Trials that ended in an hour", "max by (status) (increase(dean_trials_ended_total[1h]))", "{{status}}"),
        _one("Generations a minute", "max(rate(dean_generations_total[5m])) * 60"),
        _one("Evaluations a second", "max(rate(dean_evaluations_total[5m]))"),
        _one("Best fitness", f"max by (name) (dean_trial_best_fitness{_TRIAL})", "{{name}}"),
        _one("Mean fitness", f"max by (name) (dean_trial_mean_fitness{_TRIAL})", "{{name}}"),
        Panel(
            "Diversity",
            (
                (f"max by (name) (dean_trial_diversity{_TRIAL})", "{{name}}"),
                (f"max by (name) (dean_trial_diversity_threshold{_TRIAL})", "{{name}}: threshold"),
            ),
            unit="percentunit",
        ),
        _one(
            "Progress",
            f"max by (name) (dean_trial_generation{_TRIAL}) / max by (name) (dean_trial_generations{_TRIAL})",
            "{{name}}",
            unit="percentunit",
            kind="bargauge",
        ),
        _one("Since anything was recorded", f"max by (name) (dean_trial_idle_seconds{_TRIAL})", "{{name}}", unit="s"),
        _one("Patterns", "max(dean_patterns)", kind="stat"),
        _one("Patterns found in a day", "max(delta(dean_patterns[1d]))", kind="stat"),
    ),
    "Tokens": (
        _one("Share of all tokens that is used", "max(dean_tokens_used_ratio)", unit="percentunit", kind="gauge"),
        _one("Tokens left", "max(dean_tokens_available)", kind="stat"),
        _one("Tokens a minute", "max(rate(dean_tokens_consumed_total[15m])) * 60"),
        Panel(
            "Budget over time",
            (
                ("max(dean_tokens_budget)", "budget"),
                ("max(dean_tokens_allocated)", "allocated"),
                ("max(dean_tokens_consumed_total)", "consumed"),
            ),
        ),
        _one(
            "Hours until the budget is used up",
            "max(dean_tokens_available) / (max(rate(dean_tokens_consumed_total[1h])) * 3600)",
            unit="h",
            kind="stat",
        ),
        _one("Tokens of trials", f"max by (name) (dean_trial_tokens_used{_TRIAL})", "{{name}}"),
        _one("Share of each trial's budget", f"max by (name) (dean_trial_budget_ratio{_TRIAL})", "{{name}}", unit="percentunit"),
        _one(
            "Best fitness per 1000 tokens",
            f"max by (name) (dean_trial_best_fitness{_TRIAL}) / (max by (name) (dean_trial_tokens_used{_TRIAL}) / 1000)",
            "{{name}}",
        ),
        _one(
            "Tokens per evaluation",
            "max(rate(dean_tokens_consumed_total[1h])) / max(rate(dean_evaluations_total[1h]))",
        ),
    ),
}


def dashboard() -> dict[str, Any]:
    """The dashboard, ready to be imported; it asks which data source is meant."""
    return {
        "uid": "dean",
        "title": "DEAN",
        "tags": ["airflow", "dean"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_source_variable(), _trial_variable()]},
        "annotations": {"list": []},
        "panels": list(_panels()),
    }


def _panels() -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for title, panels in ROWS.items():
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": top, "w": _WIDTH, "h": 1},
        }
        top, left = top + 1, 0
        for panel in panels:
            if left + panel.width > _WIDTH:
                top, left = top + _HEIGHT, 0
            number += 1
            yield _shown(panel, number, {"x": left, "y": top, "w": panel.width, "h": _HEIGHT})
            left += panel.width
        top += _HEIGHT


def _shown(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + index), "datasource": _SOURCE, "expr": query, "legendFormat": legend or panel.title}
        for index, (query, legend) in enumerate(panel.queries)
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "options": {},
    }


def _source_variable() -> dict[str, Any]:
    return {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}


def _trial_variable() -> dict[str, Any]:
    return {
        "name": "trial",
        "label": "Trial",
        "type": "query",
        "datasource": _SOURCE,
        "query": "label_values(dean_trial_generation, workflow_id)",
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }
