from __future__ import annotations

import pytest
from fastapi import APIRouter

from dean_provider.contract.endpoints import evolution as evolution_operations
from dean_provider.contract.endpoints import indexagent as indexagent_operations
from dean_provider.web.binding import bind


def _served(app):
    return {
        (method.upper(), path, operation["operationId"])
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def _described(dialect):
    return {(route.method, route.path, name) for name, route in dialect.routes.items()}


def test_indexagent_serves_exactly_its_dialect(indexagent):
    assert _served(indexagent().app) == _described(indexagent_operations.REFERENCE)


def test_the_evolution_api_serves_exactly_its_dialect(evolution_app):
    assert _served(evolution_app.app) == _described(evolution_operations.REFERENCE)


def test_every_operation_of_the_reference_dialects_has_a_route():
    assert {operation.name for operation in indexagent_operations.OPERATIONS} == set(indexagent_operations.REFERENCE.routes)
    assert {operation.name for operation in evolution_operations.OPERATIONS} == set(evolution_operations.REFERENCE.routes)


def test_openapi_says_what_is_sent_and_answered(evolution_app):
    schema = evolution_app.app.openapi()
    start = schema["paths"]["/api/v1/trials"]["post"]
    assert start["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/StartTrial")
    assert start["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Trial")
    failures = {status: answer for status, answer in start["responses"].items() if status != "200"}
    assert set(failures) == {"401", "404", "409", "413", "422", "429", "500", "502", "503", "504"}
    for failure in failures.values():
        assert failure["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    listing = schema["paths"]["/api/v1/trials/{trial_id}/generations"]["get"]["parameters"]
    assert {(one["name"], one["in"]) for one in listing} == {
        ("trial_id", "path"),
        ("start", "query"),
        ("limit", "query"),
        ("wait_seconds", "query"),
    }
    stream = schema["paths"]["/api/v1/trials/{trial_id}/stream"]["get"]["parameters"]
    assert ("last-event-id", "header") in {(one["name"], one["in"]) for one in stream}


def test_every_query_parameter_stands_by_itself(indexagent, evolution_app):
    """FastAPI would describe the model as one parameter where a handler took another one besides."""
    for app in (indexagent().app, evolution_app.app):
        schema = app.openapi()
        models = {
            f"#/components/schemas/{name}" for name, model in schema["components"]["schemas"].items() if model.get("type") == "object"
        }
        operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
        parameters = [one for operation in operations for one in operation.get("parameters", []) if one["in"] == "query"]
        assert parameters
        assert [one["name"] for one in parameters if one["schema"].get("$ref") in models] == []


def test_a_service_that_lacks_a_handler_does_not_start():
    with pytest.raises(KeyError):
        bind(APIRouter(), evolution_operations.REFERENCE, {})


def test_what_is_sent_is_what_is_described(evolution_app):
    paths = evolution_app.app.openapi()["paths"]
    described = {
        operation["operationId"]: set(operation["responses"]["200"]["content"])
        for methods in paths.values()
        for operation in methods.values()
    }
    assert described["stream_trial"] == {"text/event-stream"}
    assert described["export_trial"] == {"application/x-ndjson"}
    assert described["metrics"] == {"text/plain"}
    assert described["read_trial"] == {"application/json"}


@pytest.mark.parametrize("protection", [{"token": "open sesame"}, {"jwt_secret": "a secret of at least thirty-two bytes"}])
def test_a_protected_service_says_that_a_token_is_needed(indexagent, protection):
    schema = indexagent(**protection).app.openapi()
    assert schema["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    assert schema["security"] == [{"bearer": []}]
    assert schema["paths"]["/health"]["get"]["security"] == []


def test_an_open_service_asks_for_no_token(indexagent):
    schema = indexagent().app.openapi()
    assert "security" not in schema
    assert "securitySchemes" not in schema["components"]
