"""The process that leads looks and tells; it parts only once its messages have arrived."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dean_provider.config import ProviderSettings
from dean_provider.contract.alert import ListAlerts
from dean_provider.errors import ServiceUnavailableError
from dean_provider.monitoring.monitor import Monitor
from dean_provider.monitoring.reading import Reading, Sample
from dean_provider.plugins import alerting
from dean_provider.plugins.api.serving import Room
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.state import incidents, signing

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
FILE = """
rules: {EvolutionDown: {for: 0s}}
notifiers: {pager: {class: acme.Pager}}
routes: [{name: pages, notifier: pager, wait: 0s}]
"""


class Installation:
    def __init__(self, folder: Path, engine: Engine) -> None:
        (folder / "alerts.yaml").write_text(FILE, "utf-8")
        self.engine = engine
        self.away = False
        settings = ProviderSettings(alert_rules_file=str(folder / "alerts.yaml"))
        self.around = Surroundings(settings, Room(sessions=self.sessions), monitor=Monitor(now=lambda: NOW))

    @contextmanager
    def sessions(self) -> Any:
        if self.away:
            raise ServiceUnavailableError("away")
        with Session(self.engine) as session, session.begin():
            yield session

    async def round(self, up: float, seconds: float) -> None:
        """A round of questions, and what follows."""
        now = NOW + timedelta(seconds=seconds)
        history = self.around.monitor.history
        history.add(Reading(now, "l", 10, samples=(Sample.of("dean_service_up", up, "evolution", kind="evolution"),)))
        for then in self.around.monitor.then:
            await then(history, now)

    def incidents(self) -> Any:
        with self.sessions() as session:
            return incidents.list_incidents(session, ListAlerts(), dag_ids=None, now=NOW).incidents


@pytest.fixture
def installation(tmp_path, record_file, monkeypatch):
    keys = signing.Keys()
    monkeypatch.setattr("dean_provider.state.record.installed_keys", lambda: keys)
    with record_file(tmp_path / "state.db") as engine:
        yield Installation(tmp_path, engine)


@pytest.fixture
def sent(monkeypatch):
    """What was sent; ``hold`` keeps it from arriving."""
    told: list[str] = []
    hold = threading.Event()
    hold.set()

    def send(context: dict[str, Any]) -> None:
        hold.wait(10)
        told.append(context["alert_subject"])

    monkeypatch.setattr(alerting, "maker_of", lambda *_: send)
    told_and_hold = (told, hold)
    yield told_and_hold
    hold.set()


def test_who_parts_waits_for_what_is_on_its_way(installation, sent) -> None:
    told, hold = sent

    async def run() -> None:
        job = alerting.alerting_job(installation.around)
        hold.clear()
        await installation.round(0, 0)
        assert told == []
        asyncio.get_running_loop().call_later(0.1, hold.set)
        await job.end()

    asyncio.run(run())
    assert told == ["[firing] critical: evolution does not serve."]
    assert installation.incidents()[0].notified_at == NOW


def test_what_arrived_while_the_database_was_away_is_settled_also_by_who_leads_no_more(installation, sent) -> None:
    told, hold = sent

    async def run() -> None:
        job = alerting.alerting_job(installation.around)
        hold.clear()
        await installation.round(0, 0)
        installation.away = True
        hold.set()
        await job.end()
        await installation.round(0, 10)
        installation.away = False
        assert installation.incidents()[0].notified_at is None
        await job.run()

    asyncio.run(run())
    assert len(told) == 1
    assert installation.incidents()[0].notified_at == NOW
