"""A trial every night, with whatever the layers of the configuration say. Airflow keeps it paused until somebody wants it."""

from dean_provider.factory import trial_dag

dag = trial_dag(
    "dean_evolution_trial_scheduled",
    description="Evolve a population of agents every night.",
    schedule="0 2 * * *",
    is_paused_upon_creation=True,
    max_active_runs=1,
)
