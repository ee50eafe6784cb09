"""One trial, started by hand: in the UI with a form, by ``airflow dags trigger`` or through the REST API."""

from dean_provider.factory import trial_dag

dag = trial_dag(
    "dean_evolution_trial",
    description="Evolve a population of agents and report the outcome.",
    # A run of a new DAG that is paused would stay queued, and nobody would see why.
    is_paused_upon_creation=False,
)
