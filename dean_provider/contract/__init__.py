"""Wire models, endpoints per dialect and problem bodies. Pydantic only: no I/O, no Airflow."""
