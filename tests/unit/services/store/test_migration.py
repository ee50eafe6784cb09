from __future__ import annotations

import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from dean_provider.services.store import migrate
from dean_provider.services.store.migration import alembic_config, current_revision, version_table

PACKAGES = ["dean_provider.services.indexagent", "dean_provider.services.evolution"]


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
        assert current_revision(package, connection) == before == "0001"


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
