"""Every figure of our own: name, unit, what it means, which labels tell its series apart. The reference page is made from this.

Figures that services tell of themselves come beside these, under their own names, with the label ``service``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.reading import Family

__all__ = ["CATALOGUE", "GROUPS", "OF_A_TRIAL", "Metric"]

OF_A_TRIAL = ("dag_id", "name", "workflow_id")
"""Labels of a trial's figures: told for the newest running trials only, to whoever may read runs of that DAG."""


@dataclass(frozen=True)
class Metric:
    """:param labels: beside ``service``, which every figure about one service has."""

    name: str
    type: MetricType
    unit: str
    help: str
    labels: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        return Family(self.type, self.unit, self.help)


def _gauge(name: str, unit: str, text: str, *labels: str) -> Metric:
    return Metric(name, MetricType.GAUGE, unit, text, labels)


def _counter(name: str, unit: str, text: str, *labels: str) -> Metric:
    return Metric(name, MetricType.COUNTER, unit, text, labels)


def _histogram(name: str, text: str, *labels: str) -> tuple[Metric, ...]:
    return (
        _counter(f"{name}_sum", "seconds", f"{text} All together.", *labels),
        _counter(f"{name}_count", "", f"{text} How often.", *labels),
        _counter(f"{name}_bucket", "", f"{text} How often at most so long.", "le", *labels),
    )


_SERVICES = (
    _gauge("dean_service_up", "", "1 while a service answers and serves, also degraded; else 0.", "kind"),
    _gauge("dean_service_health", "", "1 healthy, 0.5 degraded, 0 unhealthy.", "kind"),
    _gauge("dean_service_latency_seconds", "seconds", "Time that the last answer about its health took.", "kind"),
    _gauge("dean_service_failures", "", "Times in a row that a service did not answer.", "kind"),
    _counter("dean_service_checks_total", "", "Times that a service was asked how it is.", "kind"),
    _counter("dean_service_check_failures_total", "", "Times that it did not answer, or said that it cannot serve.", "kind"),
    _counter("dean_service_requests_total", "", "Requests a service answered, by its own count.", "kind"),
    _counter("dean_service_errors_total", "", "Requests it answered with 5xx, by its own count.", "kind"),
    _gauge("dean_breaker_state", "", "Circuit breaker to a service: 0 closed, 1 half-open, 2 open.", "kind"),
)
_TRIALS = (
    _gauge("dean_trials", "", "Trials on record, by status.", "status"),
    _gauge("dean_trials_unwatched", "trials", "Running trials that no rule of alerts looks at, because there are too many."),
    _counter("dean_trials_ended_total", "", "Trials that ended since figures are kept, by status.", "status"),
    _counter("dean_generations_total", "generations", "Generations recorded since figures are kept."),
    _counter("dean_evaluations_total", "evaluations", "Evaluations of candidates in the generations recorded since figures are kept."),
    _gauge("dean_trial_generation", "generations", "Last generation recorded of a running trial.", *OF_A_TRIAL),
    _gauge("dean_trial_generations", "generations", "Generations it is to have.", *OF_A_TRIAL),
    _gauge("dean_trial_best_fitness", "", "Best fitness so far.", *OF_A_TRIAL),
    _gauge("dean_trial_mean_fitness", "", "Mean fitness of the last generation.", *OF_A_TRIAL),
    _gauge("dean_trial_diversity", "ratio", "Diversity of the last generation.", *OF_A_TRIAL),
    _gauge("dean_trial_diversity_threshold", "ratio", "Diversity below which the trial is to be perturbed.", *OF_A_TRIAL),
    _gauge("dean_trial_tokens_used", "tokens", "Tokens it has used.", *OF_A_TRIAL),
    _gauge("dean_trial_token_budget", "tokens", "Tokens it may use; not told where there is no bound.", *OF_A_TRIAL),
    _gauge("dean_trial_budget_ratio", "ratio", "Share of its budget that is used.", *OF_A_TRIAL),
    _gauge("dean_trial_paused", "", "1 while the trial is paused, else 0.", *OF_A_TRIAL),
    _gauge("dean_trial_idle_seconds", "seconds", "Since anything of the trial was recorded.", *OF_A_TRIAL),
)
_TOKENS = (
    _gauge("dean_tokens_budget", "tokens", "Tokens of the whole Evolution API."),
    _gauge("dean_tokens_allocated", "tokens", "Tokens that are allocated now."),
    _gauge("dean_tokens_available", "tokens", "Tokens that can still be allocated."),
    _counter("dean_tokens_consumed_total", "tokens", "Tokens consumed, of the whole Evolution API."),
    _gauge("dean_tokens_used_ratio", "ratio", "Share of all tokens that is consumed."),
    _gauge(
        "dean_patterns",
        "patterns",
        "Patterns in the Evolution API's registry, as it tells itself (dean_evolution_patterns), or counted; "
        "not told where more than 10000 would have to be counted.",
    ),
)
_AIRFLOW = (
    _gauge("dean_airflow_heartbeat_age_seconds", "seconds", "Since the newest heartbeat of a component of Airflow.", "component"),
    _gauge("dean_airflow_tasks", "tasks", "Task instances of DAGs with trials that are not at work yet, by state.", "state"),
    _gauge(
        "dean_airflow_queue_lag_seconds",
        "seconds",
        "How long the one that has been in its state for longest has been, scheduled or queued.",
    ),
    _gauge("dean_database_latency_seconds", "seconds", "Time that a question to Airflow's metadata database takes."),
    _gauge("dean_database_connections", "connections", "Connections to Airflow's metadata database; PostgreSQL only."),
    _gauge("dean_redis_memory_bytes", "bytes", "Memory that Redis uses."),
    _gauge("dean_redis_memory_ratio", "ratio", "Share of what Redis may use; not told where there is no bound."),
)
_GATEWAY = (
    _gauge("dean_gateway_processes", "processes", "API server processes with a gateway that were heard of of late."),
    _counter("dean_gateway_requests_total", "", "Requests answered.", "method", "route", "status"),
    *_histogram("dean_gateway_request_seconds", "Time to answer.", "method", "route"),
    _counter("dean_gateway_events_total", "events", "Events recorded.", "event_type"),
    *_histogram("dean_gateway_append_seconds", "Time to record events, the commit included."),
    _gauge("dean_gateway_queue_depth", "requests", "Requests that are worked on or wait for a thread.", "queue"),
    _gauge("dean_gateway_live_clients", "clients", "Live sockets that are open, by what they are about.", "about"),
    _counter("dean_gateway_live_opened_total", "", "Live sockets opened."),
    _counter("dean_gateway_live_refused_total", "", "Live sockets that were not opened, by the problem's code.", "error_code"),
    _counter("dean_gateway_live_closed_total", "", "Live sockets closed by the server, by why.", "code"),
    _counter("dean_gateway_live_events_total", "events", "Events handed to live sockets; each once, however many watch."),
    _counter("dean_gateway_live_missed_total", "", "Times that a client was too slow and was told what it missed."),
    _gauge("dean_gateway_live_redis_up", "", "1 while wake-ups arrive over Redis in every process; 0 without Redis, or while it is away."),
    *_histogram("dean_gateway_live_delivery_seconds", "Time from recording an event to handing it to a socket."),
    *_histogram("dean_gateway_live_look_seconds", "Time that looking for new events takes."),
    _gauge("dean_gateway_info", "", "1, labelled with the version.", "version"),
)
_WATCHING = (
    _gauge("dean_monitoring_round_seconds", "seconds", "Time that the last round of questions took."),
    _gauge("dean_monitoring_lag_seconds", "seconds", "How much later than due the last round began."),
    _gauge("dean_monitoring_age_seconds", "seconds", "Since the last round of questions: how old all other figures are."),
    _gauge("dean_monitoring_series", "series", "Series told in the last round."),
    _counter("dean_monitoring_rounds_total", "", "Rounds of questions."),
    _counter("dean_monitoring_dropped_total", "", "Figures left out because there were too many.", "service"),
)
_HOSTS = (
    _gauge("dean_host_cpu_ratio", "ratio", "Share of a machine's processors that is busy.", "host"),
    _gauge("dean_host_memory_ratio", "ratio", "Share of its memory that is in use.", "host"),
    _gauge("dean_host_disk_ratio", "ratio", "Share of the disk below AIRFLOW_HOME that is in use.", "host"),
)

GROUPS: Mapping[str, tuple[Metric, ...]] = {
    "Services": _SERVICES,
    "Trials": _TRIALS,
    "Tokens and patterns": _TOKENS,
    "Airflow, its database and Redis": _AIRFLOW,
    "The gateway, over all processes of the API server": _GATEWAY,
    "The watching itself": _WATCHING,
    "Machines": _HOSTS,
}
CATALOGUE: Mapping[str, Metric] = {metric.name: metric for group in GROUPS.values() for metric in group}
