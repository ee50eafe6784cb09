"""Notes that a DAG run has ended, in the very transaction in which Airflow ends it.

One row, and only for runs with recorded executions; the reconciler tells the record. Airflow's scheduler waits meanwhile, so nothing but a
look into an index and an insert happens here, and nothing of this package is imported. A session of one's own would block SQLite, and a
nested transaction of Airflow's session would trip the guard over its commits: a savepoint of its connection does neither.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from airflow.listeners import hookimpl
from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.orm import object_session

__all__ = ["on_dag_run_failed", "on_dag_run_success"]

FINAL = ("success", "failed")
WITHOUT_TABLES_SECONDS = 300.0
"""For so long nothing is tried after it failed: our tables may not be there."""

_RECORDED = text("SELECT 1 FROM dean_workflow_executions WHERE run_id = :run_id AND dag_id = :dag_id LIMIT 1")
_NOTE = text(
    "INSERT INTO dean_run_endings (dag_id, run_id, clear_number, state, ended_at) "
    "VALUES (:dag_id, :run_id, :clear_number, :state, :ended_at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("ended_at", type_=DateTime(timezone=True)))
_log = logging.getLogger(__name__)


class _Notes:
    """:param monotonic: seconds that never jump."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._again_at = 0.0

    def take(self, dag_run: Any) -> None:
        """Note the end of ``dag_run``. Never raises."""
        try:
            state = str(getattr(dag_run.state, "value", dag_run.state))
            session = object_session(dag_run)
            # It is also called for a run marked failed whose teardowns still run.
            if session is not None and state in FINAL and self._monotonic() >= self._again_at:
                self._write(session.connection(), dag_run, state)
        except Exception as error:  # noqa: BLE001 - whatever it is, Airflow's scheduler goes on
            self._again_at = self._monotonic() + WITHOUT_TABLES_SECONDS
            _log.info("The end of a DAG run could not be noted (%s); the reconciler will find it.", type(error).__name__)

    @staticmethod
    def _write(connection: Any, dag_run: Any, state: str) -> None:
        run = {"dag_id": dag_run.dag_id, "run_id": dag_run.run_id}
        with connection.begin_nested():
            if connection.execute(_RECORDED, run).first() is not None:
                connection.execute(_NOTE, {**run, "clear_number": dag_run.clear_number or 0, "state": state, "ended_at": dag_run.end_date})


_notes = _Notes()


@hookimpl
def on_dag_run_success(dag_run: Any) -> None:
    """Airflow says that a run succeeded."""
    _notes.take(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: Any) -> None:
    """Airflow says that a run failed."""
    _notes.take(dag_run)
