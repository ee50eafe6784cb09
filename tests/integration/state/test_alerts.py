"""Several leaders at once on a real database: each incident is raised and resolved once, each notification claimed by one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dean_provider.contract.alert import ListAlerts
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialStarted
from dean_provider.contract.workflow import ListEvents, Origin
from dean_provider.state import alert_states, figures, incidents, notifications, queries, record, signing
from dean_provider.state.alert_states import Begun, Ended

pytestmark = pytest.mark.integration
LEADERS, ROUNDS = 6, 5
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _plain_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = signing.Keys()
    monkeypatch.setattr("dean_provider.state.record.installed_keys", lambda: keys)


def _together(work: Callable[[int], Any]) -> list[Any]:
    """What each leader gets that does ``work`` at the same moment as the others."""
    barrier = Barrier(LEADERS)

    def run(number: int) -> Any:
        barrier.wait(30)
        return work(number)

    with ThreadPoolExecutor(LEADERS) as pool:
        return list(pool.map(run, range(LEADERS)))


def _written(engine: Engine, work: Callable[[Session], Any]) -> Any:
    """What ``work`` gives; tried again while SQLite's one writer is another."""
    while True:
        try:
            with Session(engine) as session, session.begin():
                return work(session)
        except OperationalError as error:  # noqa: PERF203 - a few times at most
            if "locked" not in str(error):
                raise


def _begun(number: int) -> Begun:
    told = {"rule": "Hot", "severity": "warning", "message": f"as leader {number} saw it", "value": float(number)}
    return Begun("Hot.0123456789abcdef", NOW + timedelta(seconds=number), told)


def test_leaders_that_see_the_same_write_it_once(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        alert_states.record_changes(session, [_begun(0), Ended("Hot.0123456789abcdef", NOW)], now=NOW)
    for _ in range(ROUNDS):
        for change in (_begun, lambda number: Ended("Hot.0123456789abcdef", NOW, float(number))):
            told = _together(
                lambda number, change=change: _written(
                    engine, lambda session: alert_states.record_changes(session, [change(number)], now=NOW)
                )
            )
            assert sum(told) == 1
    with Session(engine) as session:
        workflow_id = record.system_workflow_id(session)
        events = queries.list_events(session, ListEvents(workflow_id=workflow_id, limit=1000)).events
        found = incidents.list_incidents(session, ListAlerts(), dag_ids=None, now=NOW).incidents
    kinds = [event.event_type for event in events if event.event_type.startswith("alert.")]
    assert kinds == ["alert.raised", "alert.resolved"] * (ROUNDS + 1)
    assert {one.incident_id for one in found} == {f"Hot.0123456789abcdef.{number}" for number in range(ROUNDS + 1)}


def test_a_notification_is_claimed_by_one(engine: Engine) -> None:
    keys: list[tuple[str, str, notifications.Kind]] = [(f"i-{number}", "r", "raised") for number in range(3)]

    def claim(number: int, known: list[notifications.Notification]) -> list[str]:
        return _written(
            engine,
            lambda session: notifications.claim(session, keys, known, holder=f"leader-{number}", now=NOW + timedelta(seconds=number)),
        )

    taken = [incident for part in _together(lambda number: claim(number, [])) for incident in part]
    assert sorted(taken) == ["i-0", "i-1", "i-2"]
    with Session(engine) as session:
        known = notifications.notifications_of(session, taken)
    with Session(engine) as session, session.begin():
        for one in known:
            notifications.settle(session, [(one.incident_id, "r", "raised")], holder=one.holder, now=NOW, error="no")
            notifications.settle(session, [(one.incident_id, "r", "raised")], holder="somebody else", now=NOW)
    with Session(engine) as session:
        known = notifications.notifications_of(session, taken)
    assert {(one.state, one.attempts, one.error) for one in known} == {("failed", 1, "no")}
    again = [incident for part in _together(lambda number: claim(number, known)) for incident in part]
    assert sorted(again) == ["i-0", "i-1", "i-2"]


def test_trials_with_an_open_incident_are_watched_before_those_that_have_been_idle_for_longer(engine: Engine) -> None:
    actor, started = Actor(kind=ActorKind.USER, name="ada"), ReportedFact.of(TrialStarted(trial_id="t"))
    with Session(engine) as session, session.begin():
        for number in range(1, 5):
            at = NOW + timedelta(seconds=number)
            record.append(session, UUID(int=number), [started], actor=actor, origin=Origin(dag_id="d", run_id="r"), now=at)
        for number, ended in ((3, True), (4, False)):
            name = f"Slow.{number:016x}"
            told = {"rule": "Slow", "severity": "info", "message": "m", "trial": UUID(int=number), "dag_id": "d"}
            changes = [Begun(name, NOW, told), *([Ended(name, NOW)] if ended else [])]
            alert_states.record_changes(session, changes, now=NOW)
    with Session(engine) as session:
        assert [trial.id.int for trial in figures.pressing_running(session, 3)] == [4, 1, 2]
        assert [trial.id.int for trial in figures.newest_running(session, 3)] == [4, 3, 2]
        assert figures.count_running(session) == 4
