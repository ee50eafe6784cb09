"""DAG files to learn from."""
