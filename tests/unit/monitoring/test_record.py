"""Figures of few trials are told; the rules of alerts look at many more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from dean_provider.monitoring.finding import Found
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.record import MOST_TRIALS, MOST_WATCHED, record_source
from tests.unit.monitoring.conftest import START

NOW = START + timedelta(hours=2)


@pytest.fixture
def engine(empty_record) -> Iterator[Engine]:
    with empty_record() as made:
        yield made


@pytest.fixture
def asked(engine):
    """What the record tells."""

    @contextmanager
    def sessions() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    async def ask() -> Found:
        return await record_source(sessions, 5.0, lambda: NOW).ask()

    return ask


def _names(samples: tuple[Sample, ...]) -> list[str]:
    return [name for one in samples if one.name == "dean_trial_idle_seconds" and (name := one.label("name"))]


def _unwatched(found: Found) -> float:
    return next(one.value for one in found.figures.samples if one.name == "dean_trials_unwatched")


async def test_the_newest_are_told_and_all_others_are_looked_at(engine, asked, run_trials) -> None:
    with Session(engine) as session, session.begin():
        run_trials(session, range(1, 71), NOW)
    found = await asked()
    assert _names(found.figures.samples) == [f"t{number}" for number in range(70, 20, -1)]
    assert set(_names(found.unlisted)) == {f"t{number}" for number in range(1, 21)}
    assert _unwatched(found) == 0


async def test_of_too_many_the_longest_idle_are_looked_at_and_how_many_are_not_is_told(engine, asked, run_trials) -> None:
    with Session(engine) as session, session.begin():
        run_trials(session, range(1, 101), NOW - timedelta(hours=1), "paused")
        run_trials(session, range(101, 1001), NOW)
        run_trials(session, range(1001, 1011), NOW - timedelta(hours=1))
        run_trials(session, range(1011, 1101), NOW)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = await asked()
    told, looked_at = _names(found.figures.samples), _names(found.unlisted)
    assert told == [f"t{number}" for number in range(1100, 1050, -1)]
    assert {f"t{number}" for number in range(1001, 1011)} <= set(looked_at)
    assert not {f"t{number}" for number in range(1, 101)} & set(looked_at)
    assert _unwatched(found) == 1100 - len({*told, *looked_at})
    assert MOST_WATCHED <= len({*told, *looked_at}) <= MOST_WATCHED + MOST_TRIALS
    assert len(statements) <= 7
