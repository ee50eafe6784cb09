"""Runs the migrations on Airflow's metadata database, or on the connection that was handed over."""

from __future__ import annotations

from typing import Any

from alembic import context

from dean_provider.state.schema import VERSION_TABLE
from dean_provider.state.tables import Base

target_metadata = Base.metadata
_options: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "version_table": VERSION_TABLE,
    "render_as_batch": True,
    "compare_type": True,
    "transaction_per_migration": True,
    "include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
}


def _run() -> None:
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    from airflow import settings

    context.configure(url=settings.SQL_ALCHEMY_CONN, literal_binds=True, **_options)
    _run()
elif (given := context.config.attributes.get("connection")) is not None:
    context.configure(connection=given, **_options)
    _run()
else:
    from airflow.settings import get_engine

    with get_engine().connect() as connection:  # type: ignore[no-untyped-call]
        context.configure(connection=connection, **_options)
        _run()
