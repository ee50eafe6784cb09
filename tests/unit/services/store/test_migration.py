from __future__ import annotations

import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from dean_provider.services.store import migrate
from dean_provider.services.store.migration import alembic_config, current_revision, version_table

HEADS = {"dean_provider.services.indexagent": "0002", "dean_provider.services.evolution": "0004"}
PACKAGES = list(HEADS)


def metadata(package):
    return importlib.import_module(f"{package}.tables").Base.metadata


@pytest.mark.parametrize("package", PACKAGES)
def test_migrations_make_exactly_the_tables_of_the_orm(database, package):
    migrate(database, package)
    own = set(metadata(package).tables)
    with database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in own}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata(package)) == []
        assert set(inspect(connection).get_table_names()) == {*own, version_table(package)}


@pytest.mark.parametrize("package", PACKAGES)
def test_migrating_twice_changes_nothing(database, package):
    migrate(database, package)
    with database.engine.connect() as connection:
        before = current_revision(package, connection)
    migrate(database, package)
    with database.engine.connect() as connection:
        assert current_revision(package, connection) == before == HEADS[package]


def test_trials_of_an_older_database_are_kept(database):
    from alembic import command

    package = PACKAGES[1]
    with database.engine.execution_options(writes=True).begin() as connection:
        command.upgrade(alembic_config(package, connection), "0001")
        columns = "trial_id, population_id, name, objective, config, status, current_generation, tokens_used, description"
        more = "elapsed_seconds, retries, resumptions, versions, created_at"
        values = "'t', 'p', 'n', 'sphere', '{}', 'paused', 3, 40, '{}', 1.0, 0, 0, '{}', '2026-01-02 03:04:05'"
        connection.execute(text(f"INSERT INTO evolution_trial ({columns}, {more}) VALUES ({values})"))
    migrate(database, package)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT trial_id, tokens_used, outcome_tokens FROM evolution_trial")).all() == [("t", 40, 0)]


def test_both_services_may_share_a_database(database):
    for package in PACKAGES:
        migrate(database, package)
    with database.engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    assert {"indexagent_version", "evolution_version", "indexagent_population", "evolution_trial"} <= names


@pytest.mark.parametrize("package", PACKAGES)
def test_a_downgrade_leaves_nothing(database, package):
    from alembic import command

    migrate(database, package)
    with database.engine.execution_options(writes=True).begin() as connection:
        command.downgrade(alembic_config(package, connection), "base")
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == [version_table(package)]
