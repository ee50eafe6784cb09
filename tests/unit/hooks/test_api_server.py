from __future__ import annotations

import pytest

from dean_provider.hooks.api_server import api_server


@pytest.mark.parametrize(
    ("variables", "configured", "address"),
    [
        ({}, None, "http://localhost:8080"),
        ({"AIRFLOW__API__PORT": "9090"}, None, "http://localhost:9090"),
        ({"AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api:9/execution/"}, None, "http://api:9"),
        ({"AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api:9/af/execution"}, None, "http://api:9/af"),
        ({"AIRFLOW__API__BASE_URL": "https://airflow.example/af/"}, None, "https://airflow.example/af"),
        ({"AIRFLOW__API__BASE_URL": "https://airflow.example/af/"}, "http://inside:8080/af/", "http://inside:8080/af"),
    ],
)
def test_is_found_as_tasks_find_it(monkeypatch, variables, configured, address):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert api_server(configured) == address
