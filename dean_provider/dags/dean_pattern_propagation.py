"""What holds in one trial, tried in another. Airflow keeps it paused until somebody wants it."""

from dean_provider.propagation import propagation_dag

dag = propagation_dag(
    "dean_pattern_propagation",
    description="Try the patterns of one trial in another, and spread those that hold.",
    is_paused_upon_creation=True,
)
