"""A database with Airflow's runs and our record in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from dean_provider.state.tables import Base


def _with_referenced(table: Any, found: dict[str, Any]) -> dict[str, Any]:
    if table.name not in found:
        found[table.name] = table
        for key in table.foreign_keys:
            _with_referenced(key.column.table, found)
    return found


@pytest.fixture
def airflow_engine(tmp_path: Path) -> Iterator[Engine]:
    import airflow.models.backfill
    import airflow.models.dag
    import airflow.models.dag_version
    import airflow.models.dagbundle
    import airflow.models.team  # noqa: F401 - tables that runs refer to
    from airflow.models.dagrun import DagRun

    made = create_engine(f"sqlite:///{tmp_path}/airflow.db", connect_args={"check_same_thread": False})
    DagRun.metadata.create_all(made, tables=list(_with_referenced(DagRun.__table__, {}).values()))
    Base.metadata.create_all(made)
    yield made
    made.dispose()
