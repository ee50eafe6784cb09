"""The genetic engine: pure functions over (population, fitness, seed). No I/O, no Airflow, no services."""
