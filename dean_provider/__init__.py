"""Apache Airflow provider that starts, steers, watches, records and explains evolution trials."""

__all__ = ["__version__"]

__version__ = "0.1.0"
