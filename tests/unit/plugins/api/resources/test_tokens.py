from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy.orm import Session

from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, Usage
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


def test_the_usage_of_a_trial_is_told_to_whoever_may_read_it(make_gateway) -> None:
    gateway = make_gateway({"read_usage": Usage(windows=[], tokens=660)})
    mine, others = (f"t-{gateway.trial(dag_id=dag_id)}" for dag_id in ("mine", "others"))
    for trial_id, status in ((mine, 200), (others, 404), ("of-another-installation", 200)):
        answer = gateway.get(f"/tokens/usage?trial_id={trial_id}", "user:viewer:mine")
        assert answer.status_code == status
    assert [asked.trial_id for asked in gateway.evolution.requests("read_usage")] == [mine, "of-another-installation"]
    assert gateway.get(f"/tokens/usage?trial_id={others}", "user:viewer").json()["tokens"] == 660
    assert gateway.get("/tokens/usage", "user:viewer:mine").status_code == 200


def _allocated(gateway):
    with Session(gateway.engine) as session:
        return [event.details["after"] for event in reversed(queries.audit(session, ListAudit()).events)]


def _give(request: AllocateTokens) -> Allocation:
    return Allocation(holder=request.holder, tokens=request.tokens, used=7, updated_at=datetime(2026, 1, 1, tzinfo=timezone.utc))


def test_every_allocation_is_audited_though_a_caller_has_one_request_id_for_several(make_gateway) -> None:
    gateway = make_gateway({"allocate_tokens": _give})
    for tokens in (10, 20, 10, 10):
        answer = gateway.call("PUT", "/tokens/allocations/h", json={"tokens": tokens}, headers={"X-Request-ID": "one-for-all"})
        assert answer.json()["tokens"] == tokens
    assert _allocated(gateway) == [10, 20, 10, 10]


def test_with_the_same_key_asking_again_undoes_nothing(make_gateway) -> None:
    gateway = make_gateway({"allocate_tokens": _give})

    def allocate(tokens, key):
        return gateway.call("PUT", "/tokens/allocations/h", json={"tokens": tokens}, headers={"Idempotency-Key": key})

    first = allocate(10, "a")
    allocate(20, "b")
    assert allocate(10, "a").json() == first.json()
    assert allocate(30, "a").status_code == 409
    assert [asked.tokens for asked in gateway.evolution.requests("allocate_tokens")] == _allocated(gateway) == [10, 20]
