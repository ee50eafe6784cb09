"""What is noted when Airflow ends a DAG run: in its own transaction, past the guard over its commits, and never in its way."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.sqlalchemy import prohibit_commit
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialRequested
from dean_provider.contract.workflow import Origin
from dean_provider.plugins import listener
from dean_provider.state import endings
from dean_provider.state.record import append
from dean_provider.state.signing import Keys
from dean_provider.state.tables import Base, RunEndingRow

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
WORKFLOW = UUID(int=1)


@pytest.fixture
def engine(airflow_engine):
    return airflow_engine


@pytest.fixture
def session(engine):
    with Session(engine) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _notes(monkeypatch):
    monkeypatch.setattr(listener, "_notes", listener._Notes())


@pytest.fixture
def make_run(session):
    def make(state=DagRunState.SUCCESS, run_id="run", recorded=True, **fields):
        run = DagRun(dag_id="dag", run_id=run_id, run_type=DagRunType.MANUAL, state=state, **fields)
        run.end_date = NOW
        session.add(run)
        if recorded:
            fact = ReportedFact.of(TrialRequested(name="one"))
            append(
                session,
                WORKFLOW,
                [fact],
                actor=Actor(kind=ActorKind.TASK, name="t"),
                origin=Origin(dag_id="dag", run_id=run_id),
                keys=Keys(),
            )
        session.commit()
        return run

    return make


def noted(engine):
    with Session(engine) as other:
        return [(row.run_id, row.state, row.clear_number) for row in other.execute(select(RunEndingRow)).scalars()]


@pytest.mark.parametrize(
    ("state", "hook"), [(DagRunState.SUCCESS, listener.on_dag_run_success), (DagRunState.FAILED, listener.on_dag_run_failed)]
)
def test_an_end_is_noted_with_the_run_and_past_the_commit_guard(engine, session, make_run, state, hook):
    run = make_run(state)
    with prohibit_commit(session) as guard:
        hook(dag_run=run)
        guard.commit()
    assert noted(engine) == [("run", state.value, 0)]
    with Session(engine) as other:
        (ending,) = endings.noted(other)
    assert (ending.dag_id, ending.ended_at) == ("dag", NOW)


def test_what_airflow_takes_back_was_never_noted(engine, session, make_run):
    run = make_run()
    session.execute(text("UPDATE dag_run SET queued_at = NULL"))
    listener.on_dag_run_success(dag_run=run)
    session.rollback()
    assert noted(engine) == []


def test_airflows_own_changes_stay_as_they_are(engine, session, make_run):
    run = make_run()
    run.conf = {"changed": True}
    listener.on_dag_run_success(dag_run=run)
    session.commit()
    with Session(engine) as other:
        assert other.execute(select(DagRun.conf)).scalar_one() == {"changed": True}


def test_the_same_end_is_one_row_and_a_cleared_run_ends_again(engine, session, make_run):
    run = make_run(DagRunState.FAILED)
    for _ in range(3):
        listener.on_dag_run_failed(dag_run=run)
    run.end_date = NOW + timedelta(seconds=5)
    listener.on_dag_run_failed(dag_run=run)
    run.clear_number, run.state = 1, DagRunState.SUCCESS
    listener.on_dag_run_success(dag_run=run)
    session.commit()
    assert noted(engine) == [("run", "failed", 0), ("run", "success", 1)]


def test_a_run_without_a_record_leaves_no_trace(engine, session, make_run):
    listener.on_dag_run_success(dag_run=make_run(recorded=False))
    session.commit()
    assert noted(engine) == []


def test_a_run_whose_teardown_still_runs_has_not_ended(engine, session, make_run):
    listener.on_dag_run_failed(dag_run=make_run(DagRunState.RUNNING))
    session.commit()
    assert noted(engine) == []


def test_without_our_tables_airflow_goes_on_and_is_left_alone_for_a_while(engine, session, make_run, monkeypatch):
    run = make_run()
    Base.metadata.drop_all(engine)
    clock = [0.0]
    notes = listener._Notes(monotonic=lambda: clock[0])
    monkeypatch.setattr(listener, "_notes", notes)
    with prohibit_commit(session) as guard:
        listener.on_dag_run_success(dag_run=run)
        run.conf = {"still": "works"}
        guard.commit()
    Base.metadata.create_all(engine)
    with Session(engine) as other:
        other.execute(text("INSERT INTO dean_run_endings (dag_id, run_id, clear_number, state, ended_at) VALUES ('x', 'x', 0, 'x', NULL)"))
    calls = []
    monkeypatch.setattr(notes, "_write", lambda *_: calls.append(1))
    clock[0] = listener.WITHOUT_TABLES_SECONDS - 1
    listener.on_dag_run_success(dag_run=run)
    assert not calls
    clock[0] = listener.WITHOUT_TABLES_SECONDS
    listener.on_dag_run_success(dag_run=run)
    assert calls


@pytest.mark.parametrize("run", [None, object()])
def test_whatever_it_is_given_it_never_raises(run):
    listener.on_dag_run_success(dag_run=run)
    listener.on_dag_run_failed(dag_run=run)


def test_it_costs_two_statements_and_touches_no_row_that_others_write(engine, session, make_run):
    run = make_run()
    session.refresh(run)
    said = []
    event.listen(engine, "before_cursor_execute", lambda _conn, _cursor, statement, *_: said.append(statement.split()[0]))
    listener.on_dag_run_success(dag_run=run)
    assert said == ["SAVEPOINT", "SELECT", "INSERT", "RELEASE"]


def test_the_scheduler_loads_nothing_for_it():
    code = (
        "import sys, airflow.listeners, sqlalchemy.orm; before = set(sys.modules)\n"
        "import dean_provider.plugins.listener\n"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('dean_provider.plugins')))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert set(ast.literal_eval(shown.stdout.strip().splitlines()[-1])) <= {"dean_provider"}
