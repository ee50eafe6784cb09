"""What every HTTP application of this package does alike: binding operations, problems, bounds, health, figures. It knows no Airflow."""
