"""What the gateway says of Airflow's database."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from dean_provider.errors import ServiceUnavailableError
from dean_provider.plugins.api.database import open_session
from dean_provider.state import schema


@pytest.fixture
def airflow_database(tmp_path, monkeypatch):
    """Airflow's own, before our tables are made."""
    engine = create_engine(f"sqlite:///{tmp_path}/airflow.db", connect_args={"check_same_thread": False})

    @contextmanager
    def create_session(**_):
        with Session(engine) as session, session.begin():
            yield session

    monkeypatch.setattr("airflow.utils.session.create_session", create_session)
    yield engine
    engine.dispose()


def _at(engine, revision):
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {schema.VERSION_TABLE} (version_num TEXT)"))
        connection.execute(text(f"DELETE FROM {schema.VERSION_TABLE}"))
        connection.execute(text(f"INSERT INTO {schema.VERSION_TABLE} VALUES ('{revision}')"))


@pytest.mark.parametrize("revision", ["", "0001", "of a later version"])
def test_without_our_tables_or_with_those_of_another_version_it_says_what_to_run(airflow_database, revision):
    if revision:
        _at(airflow_database, revision)
    with pytest.raises(ServiceUnavailableError) as refused, open_session():
        pass
    assert refused.value.suggestions == ["Run: airflow db migrate"]


def test_migrated_meanwhile_it_is_used_without_a_restart(airflow_database):
    with pytest.raises(ServiceUnavailableError), open_session():
        pass
    _at(airflow_database, schema.HEAD)
    with open_session() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1


def test_the_gateway_answers_503_until_airflow_db_migrate(airflow_database, make_gateway):
    gateway = make_gateway()
    gateway.around.room.sessions = open_session
    for path in ("/trials", "/workflows", "/audit"):
        answer = gateway.get(path)
        problem = answer.json()
        assert (answer.status_code, problem["error_code"]) == (503, "service_unavailable"), path
        assert problem["suggestions"] == ["Run: airflow db migrate"]
        assert int(answer.headers["retry-after"]) >= 1
