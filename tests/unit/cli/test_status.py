"""How everything is."""

from __future__ import annotations

import json

import pytest

from dean_provider.contract.service import HealthStatus
from dean_provider.errors import NotFoundError


@pytest.mark.parametrize(("status", "code"), [("healthy", 0), ("degraded", 0), ("unhealthy", 4)])
def test_the_exit_code_tells_whether_it_serves(signed_in, dean, trial, status: str, code: int) -> None:
    signed_in.add(trial("one"))
    signed_in.status = HealthStatus(status)
    got, out, _ = dean("status")
    assert got == code
    for text in (status, signed_in.url, "ada", "Airflow 3.3.2", "1 running", "indexagent", "12 ms"):
        assert text in out
    assert out.count("2026-") == 2  # since when: of what was asked now, and of what is watched
    assert "airflow-scheduler" in out
    assert "no heartbeat" in out
    got, out, _ = dean("status", "--json")
    assert (got, json.loads(out)["status"]) == (code, status)


def test_a_gateway_that_watches_nothing_tells_what_it_asked_now(signed_in, dean) -> None:
    signed_in.failing["read_overview"] = NotFoundError("There is no such path.")
    got, out, _ = dean("status")
    assert got == 0
    assert "indexagent" in out
