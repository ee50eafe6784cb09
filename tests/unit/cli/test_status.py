"""How everything is."""

from __future__ import annotations

import json

import pytest

from dean_provider.contract.service import HealthStatus


@pytest.mark.parametrize(
    ("asked", "watched", "status", "code"),
    [
        ("healthy", ("other", "healthy"), "healthy", 0),
        ("healthy", ("airflow", "unknown"), "healthy", 0),
        ("healthy", ("other", "unhealthy"), "degraded", 0),
        ("degraded", ("other", "healthy"), "degraded", 0),
        ("unhealthy", ("other", "healthy"), "unhealthy", 4),
        ("healthy", ("airflow", "unhealthy"), "unhealthy", 4),
    ],
)
def test_the_exit_code_tells_whether_it_serves(signed_in, dean, trial, asked, watched, status: str, code: int) -> None:
    signed_in.add(trial("one"))
    signed_in.status, signed_in.watched = HealthStatus(asked), watched
    got, out, _ = dean("status")
    assert got == code
    for text in (status, signed_in.url, "ada", "Airflow 3.3.2", "1 running", "indexagent", "12 ms"):
        assert text in out
    assert out.count("2026-") == 2  # since when: of what was asked now, and of what is watched
    assert "one-more" in out
    assert "no heartbeat" in out
    got, out, _ = dean("status", "--json")
    told = json.loads(out)
    assert (got, told["status"]) == (code, status)
    assert told["services"]["indexagent"]["since"] == told["watched"][0]["since"] == "2026-01-01T12:00:00Z"
    assert told["services"]["record"]["since"] is None
