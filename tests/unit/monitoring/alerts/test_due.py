from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.alert import Incident
from dean_provider.monitoring.alerts.due import due, stuck
from dean_provider.monitoring.alerts.routing import Route, carries
from dean_provider.state.notifications import Notification

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def _ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def _incident(incident_id="i", rule="Hot", seconds=60.0, **more) -> Incident:
    given = {"severity": "critical", "status": "firing", "message": "hot", "raised_at": _ago(seconds), **more}
    return Incident(incident_id=incident_id, rule=rule, **given)


def _route(**more) -> Route:
    return Route(name="r", notifier="n", **more)


def _told(state="sent", incident_id="i", kind="raised", seconds=30.0, **more) -> Notification:
    sent = _ago(seconds) if state == "sent" else None
    return Notification(incident_id, "r", kind, state, "me", _ago(seconds), **{"sent_at": sent, "count": int(state == "sent"), **more})


def _due(incidents, told=(), **route) -> list[tuple[str, list[str]]]:
    messages = due([_route(**route)], incidents, {one.key: one for one in told}, NOW)
    return [(message.kind, [one.incident_id for one in message.incidents]) for message in messages]


RESOLVED = {"status": "resolved", "resolved_at": _ago(30)}


@pytest.mark.parametrize(
    ("incident", "told", "route", "kinds"),
    [
        ({}, [], {}, ["raised"]),
        ({"seconds": 5}, [], {}, []),
        ({"seconds": 5}, [], {"wait": "0s"}, ["raised"]),
        ({}, [_told()], {}, []),
        ({}, [_told(seconds=3700)], {"repeat": "1h"}, ["raised"]),
        ({}, [_told(seconds=3700)], {"repeat": "never"}, []),
        ({"status": "acknowledged"}, [_told(seconds=3700)], {"repeat": "1h"}, []),
        ({"silenced_until": NOW}, [], {}, []),
        ({"inhibited_by": "x"}, [], {}, []),
        ({}, [_told("sending")], {}, []),
        ({}, [_told("failed", attempts=1, seconds=29)], {}, []),
        ({}, [_told("failed", attempts=1, seconds=31)], {}, ["raised"]),
        ({}, [_told("failed", attempts=3, seconds=100)], {}, []),
        ({}, [_told("failed", attempts=5, seconds=2000)], {}, []),
        ({}, [_told("failed", attempts=5, seconds=4000)], {"repeat": "1h"}, ["raised"]),
        ({}, [_told("interrupted", seconds=100)], {}, []),
        ({}, [_told("interrupted", seconds=100)], {"when_interrupted": "again"}, ["raised"]),
        (RESOLVED, [], {}, []),
        (RESOLVED, [_told()], {}, ["resolved"]),
        (RESOLVED, [_told("interrupted")], {}, ["resolved"]),
        (RESOLVED, [_told("failed", attempts=1, seconds=100)], {}, []),
        (RESOLVED, [_told("sending")], {}, []),
        (RESOLVED, [_told()], {"resolved": False}, []),
        (RESOLVED, [_told(), _told(kind="resolved")], {}, []),
        (RESOLVED, [_told(), _told("failed", kind="resolved", attempts=1, seconds=40)], {}, ["resolved"]),
        ({**RESOLVED, "status": "resolved", "acknowledged_at": _ago(40)}, [_told()], {}, ["resolved"]),
    ],
)
def test_what_is_told_when(incident, told, route, kinds) -> None:
    assert [kind for kind, _ in _due([_incident(**incident)], told, **route)] == kinds


def test_incidents_of_a_group_go_into_one_message_and_others_into_another() -> None:
    found = _due([_incident("a", seconds=60), _incident("b", seconds=2), _incident("c", "Cold"), _incident("d", "Wet", seconds=1)])
    assert found == [("raised", ["a", "b"]), ("raised", ["c"])]
    assert _due([_incident("a"), _incident("b", "Cold")], group_by=[]) == [("raised", ["a", "b"])]


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"severity": "critical"}, True),
        ({"severity": ["info", "warning"]}, False),
        ({"rules": "Hot"}, True),
        ({"rules": ["Cold"]}, False),
        ({"where": {"room": ["a", "b"]}}, True),
        ({"where": {"room": "c"}}, False),
        ({"where": {"floor": "1"}}, False),
    ],
)
def test_a_route_carries_what_fits_all_that_it_says(fields, fits) -> None:
    assert carries(_route(**fields), _incident(labels={"room": "a"})) is fits


def test_what_a_dead_process_was_sending_is_stuck_at_once_and_what_another_sends_when_it_takes_too_long() -> None:
    def found(holder: str, seconds: float) -> bool:
        one = Notification("i", "r", "raised", "sending", holder, _ago(seconds))
        return bool(stuck({"r": 30}, [one], NOW, holder="me", gone=lambda name: name == "dead"))

    assert [found("dead", 1), found("other", 50), found("other", 61), found("me", 100), found("me", 301)] == [
        True,
        False,
        True,
        False,
        True,
    ]


@given(st.lists(st.sampled_from(["send", "fail", "die", "wait", "ack", "resolve"]), max_size=40))
def test_whatever_happens_nobody_is_told_twice_of_one_beginning_or_one_end(acts) -> None:
    """Without repeats each message is delivered at most once, also when a process dies while it is sent."""
    route, incident, told, now = _route(repeat="never"), _incident(), {}, NOW
    delivered: list[str] = []
    for act in acts:
        now += timedelta(seconds=400)
        if act == "ack" and incident.status.value == "firing":
            incident = incident.model_copy(update={"status": type(incident.status)("acknowledged")})
        if act == "resolve":
            incident = incident.model_copy(update={"status": type(incident.status)("resolved"), "resolved_at": incident.resolved_at or now})
        for message in due([route], [incident], told, now) if act in ("send", "fail", "die") else ():
            before = told.get((incident.incident_id, "r", message.kind))
            state = {"send": "sent", "fail": "failed", "die": "interrupted"}[act]
            attempts = (before.attempts if before else 0) + (act == "fail")
            delivered += [] if act == "fail" else [message.kind]
            one = Notification("i", "r", message.kind, state, "me", now, now, attempts, int(act == "send"))
            told[one.key] = one
    assert len(set(delivered)) == len(delivered)
