"""Two trials in an Airflow DAG of one's own, side by side, and a task that compares their outcomes."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from dean_provider.factory import trial_task_group

EASY = {"objective": "sphere", "objective_parameters": {"dimension": 10}, "population_size": 40, "generations": 30}


@dag(schedule=None, catchup=False, tags=["dean", "example"], description="Compare two ways of choosing parents.")
def dean_example_own_dag() -> None:
    tournament = trial_task_group("tournament", trial={**EASY, "name": "sphere-tournament", "selection_method": "tournament"})
    rank = trial_task_group("rank", trial={**EASY, "name": "sphere-rank", "selection_method": "rank"})

    @task
    def compare(one: dict[str, Any], other: dict[str, Any]) -> str:
        better = max((one, other), key=lambda outcome: outcome["best_fitness"])
        print(f"{better['name']} won with fitness {better['best_fitness']:.4g}; its report: {better['report']}")  # noqa: T201
        return str(better["name"])

    compare(tournament.outcome, rank.outcome)


dean_example_own_dag()
