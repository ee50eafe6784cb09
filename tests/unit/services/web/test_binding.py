from __future__ import annotations

import pytest
from fastapi import APIRouter

from dean_provider.contract.endpoints import evolution as evolution_operations
from dean_provider.contract.endpoints import indexagent as indexagent_operations
from dean_provider.services.web.binding import bind


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
    assert start["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    listing = schema["paths"]["/api/v1/trials/{trial_id}/generations"]["get"]["parameters"]
    assert {(one["name"], one["in"]) for one in listing} == {
        ("trial_id", "path"),
        ("start", "query"),
        ("limit", "query"),
        ("wait_seconds", "query"),
    }
    stream = schema["paths"]["/api/v1/trials/{trial_id}/stream"]["get"]["parameters"]
    assert ("last-event-id", "header") in {(one["name"], one["in"]) for one in stream}


def test_a_service_that_lacks_a_handler_does_not_start():
    with pytest.raises(KeyError):
        bind(APIRouter(), evolution_operations.REFERENCE, {})
