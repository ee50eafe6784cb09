"""What was found, told through Airflow's own statistics, by the leader alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from structlog import get_logger

from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Reading
from dean_provider.telemetry import stats

__all__ = ["STATISTICS", "set_up_statistics", "statistics", "tell_statistics"]

_log = get_logger(__name__)
STATISTICS = {
    "dean_service_up": "dean.service.up",
    "dean_service_latency_seconds": "dean.service.latency_seconds",
    "dean_breaker_state": "dean.service.breaker",
    "dean_trials": "dean.trials",
    "dean_tokens_allocated": "dean.tokens.allocated",
    "dean_tokens_consumed_total": "dean.tokens.consumed",
    "dean_tokens_used_ratio": "dean.tokens.used_ratio",
    "dean_patterns": "dean.patterns",
    "dean_airflow_queue_lag_seconds": "dean.airflow.queue_lag_seconds",
    "dean_gateway_queue_depth": "dean.gateway.queue_depth",
    "dean_gateway_live_clients": "dean.gateway.live_clients",
    "dean_monitoring_lag_seconds": "dean.monitoring.lag_seconds",
    "dean_monitoring_round_seconds": "dean.monitoring.round_seconds",
}
"""Our figures' names among Airflow's statistics. Single trials have none: their number has no bound there."""

_TAGS = ("service", "status", "queue", "about")


def statistics(reading: Reading) -> Iterator[tuple[str, float, dict[str, str]]]:
    """Name, value and tags of each."""
    for sample in reading.samples:
        name = STATISTICS.get(sample.name)
        if name is not None:
            known = {"service": sample.service, **dict(sample.labels)}
            wanted = _TAGS if name.startswith(("dean.service", "dean.breaker")) else _TAGS[1:]
            yield name, sample.value, {tag: known[tag] for tag in wanted if known.get(tag)}


async def tell_statistics(history: History, _: datetime) -> None:
    """Tell those of the newest reading. They are datagrams, or kept for an exporter's own thread: nothing here waits."""
    if history.latest is not None:
        for name, value, tags in statistics(history.latest):
            stats.gauge(name, value, tags)


def set_up_statistics() -> None:
    """Airflow 3.2 sets statistics up in every process but the API server's."""
    try:
        from airflow.observability import stats as airflow_stats  # noqa: PLC0415
        from airflow.observability.metrics import stats_utils  # noqa: PLC0415

        told: Any = airflow_stats.Stats
        if not hasattr(airflow_stats, "incr") and told.__dict__.get("factory") is None:
            told.initialize(factory=stats_utils.get_stats_factory(told))  # type: ignore[call-arg]
    except Exception as error:  # noqa: BLE001 - statistics keep no server from starting
        _log.info("Airflow's statistics cannot be set up", error=type(error).__name__)
