"""Airflow finds our tables by itself, makes them in either way, and can take them back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

pytestmark = pytest.mark.integration

PROGRAM = """
import gc, json, sys
gc.set_threshold(50_000, 50, 100)  # what Airflow makes at its start stays
from airflow import settings
from airflow.utils.db_manager import RunDBManager
from dean_provider.state.db_manager import DeanDBManager
from dean_provider.state.schema import HEAD, ready, revision

managers = RunDBManager()
managers.validate()
found = []
with settings.Session() as session:
    managers._managers = [manager for manager in managers._managers if manager is DeanDBManager]
    found.append(len(managers._managers))
    managers.initdb(session, use_migration_files=sys.argv[1] == "files")
    found.append(managers.check_migration(session))
    found.append(ready(session))
    session.rollback()
    DeanDBManager(session).downgrade("0001")
    found.append([revision(session) == "0001", managers.check_migration(session)])
    session.rollback()
    managers.upgradedb(session)
    found.append(revision(session) == HEAD)
print(json.dumps(found))
"""


@pytest.mark.parametrize("way", ["orm", "files"])
def test_airflow_makes_upgrades_and_downgrades_our_tables(url: str, way: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN"))}
    environment = {**clean, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}
    done = subprocess.run([sys.executable, "-c", PROGRAM, way], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [1, True, True, [True, False], True]
    engine = create_engine(url)
    assert {"dean_orchestration_events", "dean_workflow_executions", "alembic_version_dean"} <= set(inspect(engine).get_table_names())
    engine.dispose()
