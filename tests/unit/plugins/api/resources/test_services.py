"""Services that register, are heard of no more, and are removed; and which of them are watched."""

from __future__ import annotations

import time_machine
from sqlalchemy.orm import Session

from dean_provider.contract.workflow import ListAudit
from dean_provider.plugins.api.resources.services import watched_services
from dean_provider.state import queries

START = 1_767_225_600
BODY = {"kind": "other", "url": "http://scorer.internal:9000", "ttl_seconds": 60}


def listed(gateway) -> set[str]:
    return {one["name"] for one in gateway.get("/services").json()["services"] if one["source"] == "registered"}


def watched() -> set[str]:
    return {one.name for one in watched_services()}


def test_one_that_is_heard_of_no_more_is_watched_for_another_hour(gateway, held_variables) -> None:
    with time_machine.travel(START, tick=False) as now:
        assert gateway.call("PUT", "/services/scorer", json=BODY).status_code == 200
        assert (listed(gateway), watched()) == ({"scorer"}, {"scorer"})
        now.shift(61)
        assert (listed(gateway), watched()) == (set(), {"scorer"})
        assert gateway.post("/services/scorer/heartbeat", {}).status_code == 404
        assert gateway.call("PUT", "/services/other", json=BODY).status_code == 200
        assert (listed(gateway), watched()) == ({"other"}, {"scorer", "other"})
        now.shift(3601)
        assert watched() == {"other"}


def test_one_that_is_removed_is_watched_no_more_whether_or_not_it_was_heard_of(gateway, held_variables) -> None:
    with time_machine.travel(START, tick=False) as now:
        for name in ("alive", "missed"):
            gateway.call("PUT", f"/services/{name}", json=BODY)
        assert gateway.call("DELETE", "/services/alive").json() == {"released": True}
        now.shift(61)
        assert watched() == {"missed"}
        assert gateway.call("DELETE", "/services/missed").json() == {"released": True}
        assert watched() == set()
        assert gateway.call("DELETE", "/services/missed").json() == {"released": False}


def _audited(gateway) -> list[tuple[str, str | None]]:
    with Session(gateway.engine) as session:
        return [(event.details["url"], event.details.get("before")) for event in reversed(queries.audit(session, ListAudit()).events)]


def test_every_change_is_audited_though_a_caller_has_one_request_id_for_several(gateway, held_variables) -> None:
    same, other = {"X-Request-ID": "one-for-all"}, {**BODY, "url": "http://other.internal"}
    for body in (BODY, other, BODY):
        assert gateway.call("PUT", "/services/scorer", json=body, headers=same).status_code == 200
    assert gateway.call("DELETE", "/services/scorer", headers=same).json() == {"released": True}
    assert _audited(gateway) == [(BODY["url"], None), (other["url"], BODY["url"]), (BODY["url"], other["url"]), (BODY["url"], None)]


def test_with_the_same_key_asking_again_is_asking_once(gateway, held_variables) -> None:
    key = {"Idempotency-Key": "k"}
    for _ in range(2):
        assert gateway.call("PUT", "/services/scorer", json=BODY, headers=key).status_code == 200
    assert gateway.call("PUT", "/services/scorer", json={**BODY, "url": "http://other.internal"}, headers=key).status_code == 409
    assert listed(gateway) == {"scorer"}
    for _ in range(2):
        assert gateway.call("DELETE", "/services/scorer", headers=key).json() == {"released": True}
    assert len(_audited(gateway)) == 2
