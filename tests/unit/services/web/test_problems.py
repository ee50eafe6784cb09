from __future__ import annotations

import pytest

from dean_provider.contract.problem import MEDIA_TYPE, Problem, to_error
from dean_provider.errors import BusinessError, InvalidConfigurationError, LimitExceededError, NotFoundError, ServiceFailureError

CONFIG = {"name": "UPPER", "population_size": 4, "elite_size": 4, "token_budget": 1, "nonsense": 1}


def problem(answer, status, kind):
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    found = Problem.model_validate_json(answer.content)
    assert found.status == status
    assert found.request_id == answer.headers["x-request-id"]
    assert found.suggestions
    assert isinstance(to_error(found), kind)
    return found


def test_unknown_paths_and_ids_are_404(indexagent):
    client = indexagent()
    problem(client.get("/nowhere"), 404, NotFoundError)
    answer = client.get("/api/v1/populations/nobody")
    assert answer.status_code == 404
    assert Problem.model_validate_json(answer.content).details == {"population_id": "nobody"}


def test_a_wrong_method_is_405_and_says_which_are_right(indexagent):
    answer = indexagent().patch("/api/v1/populations")
    problem(answer, 405, BusinessError)
    assert set(answer.headers["allow"].split(", ")) & {"GET", "POST"}


def test_a_body_beyond_the_bound_is_413_announced_or_not(indexagent):
    client = indexagent(max_request_bytes=2000)
    problem(client.post("/api/v1/agents", content=b"x" * 3000), 413, LimitExceededError)
    chunks = (b"x" * 500 for _ in range(6))
    problem(client.post("/api/v1/agents", content=chunks), 413, LimitExceededError)
    assert client.post("/api/v1/agents", content=b"{}").status_code == 422


def test_422_lists_every_problem(evolution):
    found = problem(evolution.post("/api/v1/trials/validate", json={"config": CONFIG}), 422, InvalidConfigurationError)
    assert {one["field"] for one in found.details["problems"]} == {"config.name", "config.nonsense"}


def test_422_lists_every_broken_dependency(evolution):
    body = {"config": {**CONFIG, "name": "x"}}
    del body["config"]["nonsense"]
    found = problem(evolution.post("/api/v1/trials/validate", json=body), 422, InvalidConfigurationError)
    assert {one["field"] for one in found.details["problems"]} == {"config.elite_size", "config.token_budget"}
    assert all(one["suggestion"] for one in found.details["problems"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"config": 1}', b'{"config": {"seed": NaN}}'])
def test_whatever_is_sent_is_answered_with_a_problem(evolution, body):
    problem(evolution.post("/api/v1/trials/validate", content=body), 422, InvalidConfigurationError)


def test_a_body_that_is_no_text_is_told_like_any_other_that_cannot_be_understood(evolution):
    sent = evolution.post("/api/v1/trials/validate", content=b'{"config": "\xff"}', headers={"Content-Type": "application/json"})
    found = problem(sent, 422, InvalidConfigurationError)
    assert found.details["problems"] == [{"field": "body", "value": None, "rule": "JSON in UTF-8"}]


def test_a_crash_tells_no_secrets(evolution, evolution_app, monkeypatch):
    def crash(*_):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(evolution_app.economy, "_promises", crash)
    answer = evolution.get("/api/v1/economy/budget", headers={"X-Request-ID": "call-1"})
    found = problem(answer, 500, ServiceFailureError)
    assert "swordfish" not in answer.text
    assert "Traceback" not in answer.text
    assert found.request_id == "call-1"
