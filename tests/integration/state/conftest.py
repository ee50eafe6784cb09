from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from dean_provider.state.tables import Base

_numbers = itertools.count(1)


def as_airflow(url: str) -> Engine:
    """An engine on ``url``, set up as Airflow sets up its own."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.close()

    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/airflow.db"
    made: str = request.getfixturevalue("new_database")(f"state_{next(_numbers)}")
    return made


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    engine = as_airflow(url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """A database with our tables and nothing in them."""
    Base.metadata.create_all(empty)
    return empty


@pytest.fixture
def engine_on() -> Callable[[str], Engine]:
    return as_airflow
