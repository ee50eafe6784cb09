from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy.orm import Session

from dean_provider.contract.economy import Allocation, Budget
from dean_provider.contract.workflow import ListAudit
from dean_provider.state import queries


def test_the_budget_is_read_by_readers(make_gateway) -> None:
    gateway = make_gateway({"read_budget": Budget(limit=100, allocated=10, used=5, available=90)})
    assert gateway.get("/tokens/budget", "user:viewer").json()["available"] == 90


def test_an_allocation_is_recorded_as_done_by_whoever_did_it(make_gateway) -> None:
    given = Allocation(holder="team/a", tokens=50, updated_at=datetime(2026, 1, 1, tzinfo=timezone.utc))
    gateway = make_gateway({"allocate_tokens": given})
    assert gateway.call("PUT", "/tokens/allocations/team%2Fa", "user:user", json={"tokens": 50}).status_code == 403
    assert gateway.call("PUT", "/tokens/allocations/team%2Fa", "user:op", json={"tokens": 50}).json()["tokens"] == 50
    (asked,) = gateway.evolution.requests("allocate_tokens")
    assert (asked.holder, asked.tokens) == ("team/a", 50)
    with Session(gateway.engine) as session:
        (event,) = queries.audit(session, ListAudit()).events
    assert (event.event_type, event.actor.name, event.details["holder"]) == ("tokens.allocated", "op", "team/a")
