from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from dean_provider.contract.events.trial import TrialStarted
from dean_provider.errors import ConflictError, NotFoundError
from dean_provider.state import rebuild, writing
from dean_provider.state.folded import columns_of
from dean_provider.state.rebuild import state_at
from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, GenerationRow, IncidentRow, LabelRow, SilenceRow, SnapshotRow, WorkflowRow

ID = UUID(int=1)
DERIVED = (WorkflowRow, GenerationRow, LabelRow, SnapshotRow, IncidentRow, SilenceRow)


def _rows(engine):
    with engine.connect() as connection:
        tables = [table_of(row) for row in DERIVED]
        return {table.name: sorted(map(_text, connection.execute(select(table)).mappings())) for table in tables}


def _text(row):
    return json.dumps(dict(row), default=str, sort_keys=True)


def _spoil(engine, how: int) -> None:
    """Make what is derived wrong in one way or another."""
    spoilers = [
        update(WorkflowRow).values(name="wrong", status="failed", generation=99, state={**_blank(), "repairs": 99}),
        delete(GenerationRow),
        update(GenerationRow).values(best_fitness=0.125),
        delete(LabelRow),
        delete(SnapshotRow),
        update(SnapshotRow).values(state={}),
        delete(WorkflowRow),
        delete(IncidentRow),
        update(IncidentRow).values(status="resolved", comment="wrong"),
        update(IncidentRow).values(incident_id=IncidentRow.incident_id + "?"),
        delete(SilenceRow),
    ]
    with engine.begin() as connection:
        connection.execute(spoilers[how % len(spoilers)])


def _blank():
    return columns_of(writing.opening(ID))["state"]


@pytest.fixture(autouse=True)
def _few_events_between_snapshots(monkeypatch):
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    monkeypatch.setattr(rebuild, "SNAPSHOT_EVERY", 5)


@given(st.data())
def test_whatever_happens_a_rebuild_gives_the_same_rows(histories, new_record, data) -> None:
    with new_record() as told:
        for batch in data.draw(histories):
            told.append(ID, *batch)
        rows = _rows(told.engine)
        assert not rebuild.rebuild(told.sessions, ID, keys=told.keys).changed
        _spoil(told.engine, data.draw(st.integers(0, 10)))
        rebuild.rebuild(told.sessions, ID, keys=told.keys)
        assert _rows(told.engine) == rows


@given(st.data())
def test_the_state_at_any_time_is_what_the_events_up_to_there_say(histories, new_record, data) -> None:
    with new_record() as told:
        seen = {}
        for batch in data.draw(histories):
            sequence = told.append(ID, *batch).head.sequence
            with Session(told.engine) as session:
                seen[sequence] = dict(session.execute(select(table_of(WorkflowRow))).mappings().one())
        with Session(told.engine) as session:
            for sequence, row in seen.items():
                assert columns_of(state_at(session, ID, sequence)) == row


def test_a_rebuild_says_what_was_wrong(told, engine, completed_generation) -> None:
    told.append(ID, TrialStarted(trial_id="t"), completed_generation(0), completed_generation(1))
    with engine.begin() as connection:
        connection.execute(update(WorkflowRow).values(name="x", best_fitness=3.5))
        connection.execute(delete(GenerationRow).where(GenerationRow.generation == 1))
    done = rebuild.rebuild(told.sessions, ID, keys=told.keys)
    assert (done.events, done.columns, done.generations, done.snapshots) == (4, ["best_fitness", "name"], 1, 0)


def test_figures_that_no_event_tells_of_are_deleted(told, engine, completed_generation) -> None:
    told.append(ID, completed_generation(0), completed_generation(1), completed_generation(4))
    with engine.begin() as connection:
        row = dict(connection.execute(select(table_of(GenerationRow)).where(GenerationRow.generation == 1)).mappings().one())
        connection.execute(table_of(GenerationRow).insert(), [{**row, "generation": number} for number in (2, 9)])
    assert rebuild.rebuild(told.sessions, ID, keys=told.keys).generations == 2


def test_a_rebuild_does_not_hide_a_cut_tail_unless_told_to(told, engine) -> None:
    told.append(ID, TrialStarted(trial_id="t"), TrialStarted(trial_id="u"))
    with engine.begin() as connection:
        connection.execute(delete(EventRow).where(EventRow.sequence == 3))
    with pytest.raises(ConflictError, match="another end"):
        rebuild.rebuild(told.sessions, ID, keys=told.keys)
    done = rebuild.rebuild(told.sessions, ID, keys=told.keys, force=True)
    assert {"sequence", "head_hash", "trial_id"} <= set(done.columns)


def test_changed_content_is_not_made_the_state_unless_told_to(told, engine, completed_generation) -> None:
    told.append(ID, TrialStarted(trial_id="t"), completed_generation(0))
    with engine.begin() as connection:
        changed = func.replace(EventRow.canonical, '"trial_id":"t"', '"trial_id":"u"')
        connection.execute(update(EventRow).where(EventRow.sequence == 2).values(canonical=changed))
    rows = _rows(engine)
    with pytest.raises(ConflictError, match=r"Event 2 of .* is not what its hash covers"):
        rebuild.rebuild(told.sessions, ID, keys=told.keys)
    assert _rows(engine) == rows
    assert rebuild.rebuild(told.sessions, ID, keys=told.keys, force=True).columns == ["trial_id"]


def test_what_has_no_event_cannot_be_made_again(told, engine) -> None:
    with pytest.raises(NotFoundError):
        rebuild.rebuild(told.sessions, ID, keys=told.keys)
    with Session(engine) as session, pytest.raises(NotFoundError):
        state_at(session, ID, 1)
