"""What services of every dialect say about themselves."""

from __future__ import annotations

import json

import pytest

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.monitoring.health import health_of

CASES = {
    "reference": (
        200,
        {"status": "degraded", "version": "1", "dialect": "reference", "checks": {"pool": {"status": "unhealthy", "message": "0 of 4"}}},
        ServiceStatus.DEGRADED,
        "pool: 0 of 4",
    ),
    "reference, not serving": (
        503,
        {"status": "unhealthy", "checks": {"database": {"status": "unhealthy"}}},
        ServiceStatus.UNHEALTHY,
        "database: unhealthy",
    ),
    "A": (200, {"status": "healthy", "service": "indexagent-stub", "uptime_seconds": 5}, ServiceStatus.HEALTHY, ""),
    "C, with parts that are off": (200, {"status": "healthy", "services": {"worktree_manager": False}}, ServiceStatus.HEALTHY, ""),
    "D": (200, {"status": "degraded", "components": {"database": "healthy", "token_economy": "unhealthy"}}, ServiceStatus.DEGRADED, None),
    "T, out of Redis": (503, {"status": "healthy", "detail": "Redis is out"}, ServiceStatus.UNHEALTHY, "Redis is out"),
    "no words of its own": (200, {"hello": 1}, ServiceStatus.UNHEALTHY, "what it answers does not say how it is"),
    "a list": (200, [1], ServiceStatus.UNHEALTHY, "what it answers does not say how it is"),
}


@pytest.mark.parametrize(("status", "document", "said", "message"), CASES.values(), ids=list(CASES))
def test_what_it_says(status, document, said, message) -> None:
    found = health_of("one", "indexagent", status, json.dumps(document).encode())
    assert found.status is said
    assert message is None or found.message == message


def test_checks_and_figures_are_taken_over() -> None:
    found = health_of("one", "indexagent", 200, json.dumps(CASES["C, with parts that are off"][1]).encode())
    assert found.checks["worktree_manager"].status.value == "unhealthy"
    assert health_of("one", "indexagent", 200, b'{"status": "ok", "uptime_seconds": 5}').uptime_seconds == 5


@pytest.mark.parametrize("body", [b"OK", b'"ok"', b"healthy\n"])
def test_a_word_is_enough(body) -> None:
    assert health_of("one", "other", 200, body).status is ServiceStatus.HEALTHY


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"9" * 5000, b'{"status": ' + b"[" * 500])
def test_garbage_is_no_health(body) -> None:
    assert health_of("one", "evolution", 200, body).status is ServiceStatus.UNHEALTHY


def test_what_it_says_is_bounded() -> None:
    document = {"status": "degraded", "checks": {f"{n}" * 99: {"status": "degraded", "message": "x" * 999} for n in range(99)}}
    found = health_of("one", "evolution", 200, json.dumps(document).encode())
    assert len(found.checks) <= 30
    assert len(found.message) <= 300
