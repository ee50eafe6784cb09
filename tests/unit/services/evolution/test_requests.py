"""What reaches the Evolution API's operations, and what is refused before."""

from __future__ import annotations

import pytest

from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.endpoints import evolution as operations

ALLOCATIONS = "/api/v1/economy/allocations"


def problem_of(answer):
    assert answer.status_code == 422, answer.text
    return answer.json()["details"]["problems"][0]


@pytest.mark.parametrize("holder", ["team/a", "/", "a//b/", "a b%2Fc", "…/é"])
def test_a_holder_may_have_slashes(evolution, holder):
    wire = operations.REFERENCE.route(operations.ALLOCATE_TOKENS).build(AllocateTokens(holder=holder, tokens=7))
    answer = evolution.request(wire.method, wire.path, json=wire.body)
    assert answer.json()["holder"] == holder
    assert evolution.get("/api/v1/economy/budget").json()["allocated"] == 7


@pytest.mark.parametrize("holder", [".", ".."])
def test_a_holder_that_every_client_takes_for_a_step_is_refused(holder):
    with pytest.raises(ValueError, match="must not be a dot or two"):
        AllocateTokens(holder=holder, tokens=7)


def test_a_lease_may_have_slashes(evolution, store_trial):
    store_trial("t")
    answer = evolution.post("/api/v1/trials/t/leases/run%2F1/results", json={"generation": 0, "results": []})
    assert answer.json() == {"accepted": 0, "remaining": 0}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", f"{ALLOCATIONS}/a%00b", {"tokens": 1}, "holder"),
        ("POST", "/api/v1/trials/t/stop", {"reason": "\0"}, "reason"),
        (
            "POST",
            "/api/v1/trials",
            {"trial_id": "t", "population_id": "p", "config": {"repository": "\0"}},
            "config.repository",
        ),
        ("POST", "/api/v1/patterns", {"pattern": {"pattern_id": "p", "description": "\0"}}, "pattern.description"),
        ("GET", "/api/v1/trials?name=%00", None, "name"),
    ],
)
def test_text_that_no_database_keeps_is_refused_by_its_field(evolution, method, path, body, field):
    problem = problem_of(evolution.request(method, path, json=body))
    assert (problem["field"], problem["rule"]) == (field, "must not hold a NUL character")
