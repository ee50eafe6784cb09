"""Airflow finds our tables by itself, makes them in either way, and can take them back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

PROGRAM = """
import gc, json, sys
gc.set_threshold(50_000, 50, 100)  # what Airflow makes at its start stays
from airflow import settings
from sqlalchemy import inspect
from airflow.utils.db_manager import RunDBManager
from dean_provider.state.db_manager import DeanDBManager
from dean_provider.state.schema import HEAD, ready, revision

managers = RunDBManager()
managers.validate()
managers._managers = [manager for manager in managers._managers if manager is DeanDBManager]
assert len(managers._managers) == 1
said = {}
for way in ("orm", "files"):
    found = said[way] = []
    with settings.Session() as session:
        managers.initdb(session, use_migration_files=way == "files")
        found.append(managers.check_migration(session))
        found.append(ready(session))
        session.rollback()
        DeanDBManager(session).downgrade("0001")
        found.append([revision(session) == "0001", managers.check_migration(session)])
        session.rollback()
        managers.upgradedb(session)
        found.append(revision(session) == HEAD)
        found.append(inspect(session.connection()).get_table_names())
        session.rollback()
    with settings.Session() as session, settings.engine.begin() as connection:
        managers.drop_tables(session, connection)
    found.append(inspect(settings.engine).get_table_names())
print(json.dumps(said))
"""


def test_airflow_makes_upgrades_downgrades_and_drops_our_tables(url: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN"))}
    environment = {**clean, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert set(said) == {"orm", "files"}
    for *steps, made, left in said.values():
        assert steps == [True, True, [True, False], True]
        assert {"dean_orchestration_events", "dean_workflow_executions", "alembic_version_dean"} <= set(made)
        assert left == []
