"""What is told of the configuration, also of what somebody wrote into the Variable by hand."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from dean_provider.contract.workflow import ListAudit
from dean_provider.plugins.api.authority import OVERRIDES
from dean_provider.state import queries

HISTORY = [
    {"revision": 2, "values": {"generations": 33}, "by": "ann", "at": "2026-01-02T00:00:00Z", "comment": ""},
    {
        "revision": 1,
        "values": {"repository": "https://bob:s3cretToken@git.example.org/x.git", "labels": {"at": "https://s3cretToken@host"}},
        "by": "bob",
        "at": "2026-01-01T00:00:00Z",
        "comment": "",
    },
]


@pytest.fixture
def stored(make_gateway, monkeypatch):
    def make(values):
        document = json.dumps({"revision": 2, "values": values, "history": HISTORY})
        monkeypatch.setattr("dean_provider.plugins.api.variables.read", lambda _: document)
        return make_gateway()

    return make


@pytest.mark.parametrize("left", [None, '{"revision": 1, "values": {"generations": 33}}'])
def test_changes_go_on_and_are_recorded_after_somebody_deleted_the_variable_or_went_back_by_hand(gateway, held_variables, left) -> None:
    def change(revision, generations):
        answer = gateway.call("PATCH", "/configuration", json={"revision": revision, "values": {"generations": generations}})
        assert answer.status_code == 200, answer.text
        return answer.json()["revision"]

    assert [change(0, 33), change(1, 34)] == [1, 2]
    held_variables.clear()
    if left is not None:
        held_variables[OVERRIDES] = left
    revision = gateway.get("/configuration").json()["revision"]
    assert [change(revision, 35), change(3, 36)] == [3, 4]
    with Session(gateway.engine) as session:
        events = queries.audit(session, ListAudit()).events
    assert [(event.details["revision"], event.details["after"]) for event in reversed(events)] == [(1, 33), (2, 34), (3, 35), (4, 36)]


def test_no_login_in_an_earlier_state_is_told(stored) -> None:
    answer = stored({"generations": 33}).get("/configuration", "user:op")
    assert "s3cretToken" not in answer.text
    assert [entry["values"] for entry in answer.json()["history"]] == [
        {"generations": 33},
        {"repository": "https://***@git.example.org/x.git", "labels": {"at": "https://***@host"}},
    ]


def test_no_login_that_holds_is_told(stored, monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW__DEAN__REPORT_URI", "ftp://bob:s3cretToken@host/reports")
    answer = stored({"generations": 33}).get("/configuration", "user:op")
    assert "s3cretToken" not in answer.text
    assert {one["name"]: one["value"] for one in answer.json()["settings"]}["report_uri"] == "ftp://***@host/reports"


def test_a_login_is_refused_without_being_told(stored) -> None:
    values = {"repository": "https://bob:s3cretToken@git.example.org/x.git"}
    for answer in (
        stored(values).get("/configuration", "user:op"),
        stored({}).call("PATCH", "/configuration", "user:op", json={"revision": 2, "values": values}),
    ):
        assert answer.status_code == 422
        assert "s3cretToken" not in answer.text
        (problem,) = answer.json()["details"]["problems"]
        assert (problem["field"], problem["rule"]) == ("repository", "may hold no login in an address")
