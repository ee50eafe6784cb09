"""A database, figures that a test sets, and rules over them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dean_provider.contract.alert import Incident, ListAlerts
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.monitoring.alerts.evaluator import Evaluator
from dean_provider.monitoring.alerts.rule import Rule
from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Reading, Sample
from dean_provider.state import alert_states, incidents, signing

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
PERIOD = 10.0


def make_rule(**fields: Any) -> Rule:
    given = {"name": "Hot", "severity": "warning", "summary": "It is hot.", "metric": "temperature", **fields}
    if not {"above", "below", "at_least", "at_most"} & set(given):
        given["above"] = 10
    return Rule.model_validate(given)


class FixedFile:
    """A file of rules that a test sets."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = RuleBook({rule.name: rule for rule in rules})
        self.digest = ""
        self.problems: list[str] = []

    def book(self) -> RuleBook:
        return self.rules


@dataclass
class World:
    """Figures, a clock, a database, and any number of processes that look at them."""

    engine: Engine
    now: datetime = START
    history: History = field(default_factory=History)
    away: bool = False
    answers: threading.Event = field(default_factory=threading.Event)
    _one: Any = field(default_factory=threading.RLock)  # the database has one connection, which threads must share

    @contextmanager
    def sessions(self) -> Iterator[Session]:
        if self.away:
            raise ConnectionError("the database is away")
        self.answers.wait(20)
        with self._one, Session(self.engine) as session, session.begin():
            yield session

    def process(self, *rules: Rule) -> Evaluator:
        return Evaluator(self.sessions, FixedFile(*rules), PERIOD)  # type: ignore[arg-type]

    def tell(self, *samples: Sample, seconds: float = PERIOD, unlisted: tuple[Sample, ...] = ()) -> None:
        """Let time pass, then a round find these figures."""
        self.now += timedelta(seconds=seconds)
        self.history.add(Reading(self.now, "l", PERIOD, samples=tuple(samples), unlisted=unlisted))

    def heat(self, value: float | None, **labels: str) -> None:
        self.tell(*([] if value is None else [Sample.of("temperature", value, **labels)]))

    def incidents(self) -> list[Incident]:
        """All of them, the first first."""
        with self.sessions() as session:
            return incidents.list_incidents(session, ListAlerts(limit=1000), dag_ids=None, now=self.now).incidents[::-1]

    def states(self) -> Mapping[str, Any]:
        with self.sessions() as session:
            return {row["name"]: row for row in alert_states.rule_states(session)}


@pytest.fixture(autouse=True)
def _plain_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = signing.Keys()
    monkeypatch.setattr("dean_provider.state.record.installed_keys", lambda: keys)


@pytest.fixture(scope="session")
def new_world(empty_record: Callable[[], AbstractContextManager[Engine]]) -> Callable[[], AbstractContextManager[World]]:
    """Makes a world of its own, for tests that need many."""

    @contextmanager
    def make() -> Iterator[World]:
        with empty_record() as engine:
            made = World(engine)
            made.answers.set()
            yield made

    return make


@pytest.fixture
def world(new_world: Callable[[], AbstractContextManager[World]]) -> Iterator[World]:
    with new_world() as made:
        yield made


@pytest.fixture(scope="session")
def rule() -> Callable[..., Rule]:
    return make_rule


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of rules."""

    def write(text: str) -> Path:
        path = tmp_path / "alerts.yaml"
        path.write_text(text, "utf-8")
        return path

    return write
