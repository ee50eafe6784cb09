"""A parameter sweep in Airflow: one mapped trial for each mutation rate, and the best of them."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task, task_group

from dean_provider.factory import trial_task_group

RATES = [0.02, 0.05, 0.1, 0.2]


@dag(schedule=None, catchup=False, tags=["dean", "example"], description="Find a good mutation rate.")
def dean_example_tuned_trial() -> None:
    @task_group
    def tuned(rate: float) -> Any:
        trial = trial_task_group(
            "trial",
            trial={
                "name": "rastrigin-tuned",
                "objective": "rastrigin",
                "objective_parameters": {"dimension": 5},
                "population_size": 40,
                "generations": 30,
                "mutation_rate": rate,
                "pattern_policy": "off",
            },
        )
        return trial.outcome

    @task
    def choose(outcomes: Any) -> float:
        best, rate = max((outcome["best_fitness"], rate) for outcome, rate in zip(outcomes, RATES, strict=True))
        print(f"Mutation rate {rate} reached fitness {best:.4g}.")  # noqa: T201
        return rate

    choose(tuned.expand(rate=RATES))


dean_example_tuned_trial()
