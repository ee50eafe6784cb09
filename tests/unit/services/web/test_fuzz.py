"""Whatever is sent, the answer is an answer: never a crash."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dean_provider.contract.endpoints import evolution as evolution_operations
from dean_provider.contract.endpoints import indexagent as indexagent_operations

FUZZ = settings(max_examples=settings.default.max_examples // 3, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.sampled_from(
    ["trial_id", "population_id", "config", "space", "size", "seed", "pattern", "body", "fitness", "genome", "holder", "tokens", "agent_id"]
)
TEXT = st.text(st.characters(codec=None), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXT, inner, max_size=5),
    max_leaves=12,
)


def routes(operations, *methods):
    dialect = operations.REFERENCE
    return [pytest.param(route, id=name) for name, route in dialect.routes.items() if route.method in methods and "stream" not in name]


def ask(client, route, text, **more):
    path = re.sub(r"\{(generation)\}", "0", route.path)
    answer = client.request(route.method, re.sub(r"\{[^}]+\}", text, path), **more)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("route", routes(evolution_operations, "POST", "PUT"))
@FUZZ
@given(body=JSON)
def test_the_evolution_api_answers_any_body(evolution, route, body):
    ask(evolution, route, "nobody", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def client(indexagent):
    return indexagent()


@pytest.mark.parametrize("route", routes(indexagent_operations, "POST", "PUT"))
@FUZZ
@given(body=JSON)
def test_indexagent_answers_any_body(client, route, body):
    ask(client, route, "nobody", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("path", ["%00", "%ff", "a%2Fb", "..%2F..", "'%20OR%201=1", "x" * 500, "🦕"])
def test_any_path_and_query_is_answered(evolution, client, path):
    for one, operations in ((evolution, evolution_operations), (client, indexagent_operations)):
        for parameter in routes(operations, "GET", "DELETE"):
            (route,) = parameter.values
            if route.path not in ("/health", "/metrics"):
                ask(one, route, path)
                ask(one, route, "nobody", params={"limit": path[:5], "cursor": path, "label": path, "wait_seconds": "nan"})
