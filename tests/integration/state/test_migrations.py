"""`airflow db migrate` makes the same tables in every way, and upgrades what is in them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, DateTime, Engine, Float, Integer, LargeBinary, MetaData, Table, Uuid, insert, inspect, select
from sqlalchemy.orm import Session

import dean_provider.state
from dean_provider.state import schema
from dean_provider.state.tables import Base

pytestmark = pytest.mark.integration

STATE = Path(dean_provider.state.__file__).parent
REVISIONS = [script.revision for script in ScriptDirectory(str(STATE / "migrations")).walk_revisions()]


def _alembic(connection: Connection, to: str, *, down: bool = False) -> None:
    config = Config()
    config.set_main_option("script_location", str(STATE / "migrations"))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, to)


def _differences(engine: Engine) -> list[Any]:
    options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables}
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def _shape(engine: Engine) -> dict[str, Any]:
    """What the database itself says of our tables, whoever made them."""
    look = inspect(engine)
    return {
        name: {
            "columns": [(column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(name)],
            "primary key": look.get_pk_constraint(name),
            "unique": sorted(look.get_unique_constraints(name), key=str),
            "foreign": sorted(look.get_foreign_keys(name), key=str),
            "indexes": sorted(_index(found) for found in look.get_indexes(name)),
        }
        for name in sorted(look.get_table_names())
        if name.startswith("dean_")
    }


def _index(found: Any) -> tuple[str, str, str]:
    options = {name: str(value) for name, value in found.get("dialect_options", {}).items()}
    return found["name"], str(found["column_names"]), str(options)


def _value(column: Any, number: int) -> Any:
    kind = column.type
    if isinstance(kind, Uuid) or "UUID" in str(kind):
        return UUID(int=number)
    for kinds, value in (
        ((Boolean,), True),
        ((Integer,), number),
        ((Float,), number / 4),
        ((DateTime,), datetime(2026, 1, 1, tzinfo=timezone.utc)),
        ((LargeBinary,), b"\x00\xff"),
    ):
        if isinstance(kind, kinds):
            return value
    return {"number": number} if "JSON" in str(kind) else f"{number:032d}"[-(getattr(kind, "length", None) or 32) :]


def _fill(connection: Connection) -> dict[str, list[Any]]:
    """Put a row into every table as it is at this revision, whatever its columns are; what was put there."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name.startswith("dean_"))
    for table in metadata.sorted_tables:
        connection.execute(insert(table).values({column.name: _value(column, 1) for column in table.columns}))
    return {table.name: _rows(connection, table) for table in metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[Any]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_the_orm_makes_what_the_migrations_make(empty: Engine, tmp_path: Path) -> None:
    with empty.begin() as connection:
        _alembic(connection, "head")
    assert _differences(empty) == []
    migrated = _shape(empty)
    with empty.begin() as connection:
        _alembic(connection, "base", down=True)
    assert _shape(empty) == {}
    Base.metadata.create_all(empty)
    assert _shape(empty) == migrated
    assert _differences(empty) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_keeps_what_is_there(empty: Engine, revision: str) -> None:
    with empty.begin() as connection:
        _alembic(connection, revision)
        before = _fill(connection)
    with empty.begin() as connection:
        _alembic(connection, "head")
    assert _differences(empty) == []
    metadata = MetaData()
    metadata.reflect(empty)
    with empty.connect() as connection:
        for name, rows in before.items():
            after = _rows(connection, metadata.tables[name])
            assert [{key: row[key] for key in old if key in row} for old, row in zip(rows, after, strict=True)] == [
                {key: value for key, value in old.items() if key in row} for old, row in zip(rows, after, strict=True)
            ]


@pytest.mark.parametrize("revision", [*REVISIONS, "base"])
def test_a_downgrade_can_be_undone(empty: Engine, revision: str) -> None:
    for to, down in (("head", False), (revision, True), ("head", False)):
        with empty.begin() as connection:
            _alembic(connection, to, down=down)
    assert _differences(empty) == []


def test_the_tables_are_ready_once_they_are_of_this_version(empty: Engine) -> None:
    with Session(empty) as session:
        assert not schema.ready(session)
    with empty.begin() as connection:
        _alembic(connection, "head")
        connection.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = 'another'")
    with Session(empty) as session:
        assert not schema.ready(session)
    with empty.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{schema.HEAD}'")
    with Session(empty) as session:
        assert schema.ready(session)
