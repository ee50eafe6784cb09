"""Trials that Airflow starts by itself: on a schedule, and when another DAG has updated an asset."""

from __future__ import annotations

from datetime import datetime, timezone

from airflow.sdk import Asset, dag, task

from dean_provider.factory import trial_dag

TINY = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 5, "pattern_policy": "off"}
READY = Asset("system://ready")

scheduled = trial_dag(
    "system_scheduled",
    description="Due exactly once, as soon as somebody wants it.",
    trial={**TINY, "name": "on-schedule"},
    schedule="0 0 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    end_date=datetime(2026, 1, 1, 1, tzinfo=timezone.utc),
    catchup=True,
    is_paused_upon_creation=True,
)

on_asset = trial_dag(
    "system_on_asset",
    description="Runs when another DAG says that something is ready.",
    trial={**TINY, "name": "on-asset", "generations": 100_000, "max_time_seconds": 3},
    schedule=[READY],
    is_paused_upon_creation=False,
)


@dag(schedule=None, catchup=False, is_paused_upon_creation=False)
def system_producer() -> None:
    @task(outlets=[READY])
    def produce() -> None:
        pass

    produce()


system_producer()
