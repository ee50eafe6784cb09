"""What is told of the configuration, also of what somebody wrote into the Variable by hand."""

from __future__ import annotations

import json

import pytest

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
