"""DAG files that are ready for use."""
