"""A database with Airflow's runs and our record in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event

from dean_provider.state.tables import Base


@pytest.fixture
def airflow_engine(tmp_path: Path) -> Iterator[Engine]:
    from airflow.models import import_all_models
    from airflow.models.dagrun import DagRun

    import_all_models()  # what the tables refer to
    made = create_engine(f"sqlite:///{tmp_path}/airflow.db", connect_args={"check_same_thread": False})
    event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    DagRun.metadata.create_all(made, tables=[DagRun.metadata.tables[name] for name in ("dag_run", "log_template", "xcom")])
    Base.metadata.create_all(made)
    yield made
    made.dispose()
