"""The gateway: a FastAPI application that Airflow's API server mounts under ``/dean``."""
