"""An export is whole or refused; what is taken from it elsewhere is the same record."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import TrialStarted
from dean_provider.contract.workflow import ListEvents
from dean_provider.errors import ConflictError, InvalidConfigurationError, NotFoundError
from dean_provider.state import exporting, importing, queries
from dean_provider.state.signing import Keys
from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, GenerationRow, LabelRow, WorkflowRow
from dean_provider.state.verification import verify

NOW = datetime(2026, 2, 1, tzinfo=timezone.utc)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def _export(told, target, ids=None):
    return exporting.export(told.sessions, target, ids, now=NOW, keys=told.keys)


def _import(told, source):
    return importing.import_export(told.sessions, source, actor=told.actor, keys=told.keys)


def _rows(told, ids):
    with told.engine.connect() as connection:
        tables = [
            (table_of(row), row.id if row is WorkflowRow else row.workflow_id) for row in (WorkflowRow, EventRow, GenerationRow, LabelRow)
        ]
        return {
            table.name: sorted(
                json.dumps(dict(row), default=str, sort_keys=True)
                for row in connection.execute(select(table).where(key.in_(ids))).mappings()
            )
            for table, key in tables
        }


@pytest.fixture
def full(told, completed_generation):
    told.append(FIRST, TrialStarted(trial_id="é\n"), completed_generation(0), completed_generation(1))
    told.append(FIRST, ReportedFact(event_type="from.the_future", schema_version=4, idempotency_key="k", details={"a": 1e300, "b": [None]}))
    told.append(SECOND, TrialStarted(trial_id="u"))
    return told


@pytest.fixture
def elsewhere(new_record):
    with new_record() as other:
        yield other


def test_an_export_verifies_and_is_the_same_record_elsewhere(full, elsewhere, tmp_path) -> None:
    target = tmp_path / "export.jsonl"
    header = _export(full, target)
    assert exporting.check_export(target, keys=full.keys).heads == header.heads
    done = _import(elsewhere, target)
    assert (done.workflows, done.events, done.known) == ([FIRST, SECOND], 7, 0)
    assert _rows(elsewhere, [FIRST, SECOND]) == _rows(full, [FIRST, SECOND])
    for one in (FIRST, SECOND):
        assert verify(elsewhere.sessions, one, keys=elsewhere.keys).fault is None


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_whatever_was_told_is_the_same_record_elsewhere(histories, new_record, tmp_path_factory, data) -> None:
    target = tmp_path_factory.mktemp("export") / "export.jsonl"
    with new_record() as told, new_record() as other:
        for batch in data.draw(histories):
            told.append(FIRST, *batch)
        _export(told, target, [FIRST])
        _import(other, target)
        assert _rows(other, [FIRST]) == _rows(told, [FIRST])


def test_an_import_can_be_done_again_and_goes_on_after_a_crash(full, elsewhere, tmp_path, monkeypatch) -> None:
    _export(full, tmp_path / "export.jsonl")
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    graft, calls = importing._graft, []

    def crash(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        graft(*arguments)

    monkeypatch.setattr(importing, "_graft", crash)
    with pytest.raises(KeyboardInterrupt):
        _import(elsewhere, tmp_path / "export.jsonl")
    monkeypatch.setattr(importing, "_graft", graft)
    done = _import(elsewhere, tmp_path / "export.jsonl")
    assert (done.known, done.events) == (4, 3)
    again = _import(elsewhere, tmp_path / "export.jsonl")
    assert (again.known, again.events, again.workflows) == (7, 0, [])
    assert _rows(elsewhere, [FIRST, SECOND]) == _rows(full, [FIRST, SECOND])


def test_a_record_that_went_on_is_brought_up_and_one_that_is_ahead_is_left(full, elsewhere, tmp_path) -> None:
    _export(full, tmp_path / "early.jsonl", [FIRST])
    full.append(FIRST, TrialStarted(trial_id="later"))
    _export(full, tmp_path / "late.jsonl", [FIRST])
    _import(elsewhere, tmp_path / "early.jsonl")
    assert _import(elsewhere, tmp_path / "late.jsonl").events == 1
    assert _import(elsewhere, tmp_path / "early.jsonl").events == 0
    assert _rows(elsewhere, [FIRST]) == _rows(full, [FIRST])


@pytest.mark.parametrize("more", [0, 3])
def test_another_history_is_refused_before_anything_is_written(full, elsewhere, tmp_path, more) -> None:
    elsewhere.append(SECOND, TrialStarted(trial_id="mine"), *(TrialStarted(trial_id=str(number)) for number in range(more)))
    before = _rows(elsewhere, [FIRST, SECOND])
    _export(full, tmp_path / "export.jsonl")
    with pytest.raises(ConflictError, match="another history"):
        _import(elsewhere, tmp_path / "export.jsonl")
    assert _rows(elsewhere, [FIRST, SECOND]) == before


def _lines(path):
    return path.read_text().splitlines(keepends=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[:1],
        lambda lines: lines[:2] + lines[3:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [lines[0], lines[1].replace("dag", "gad"), *lines[2:]],
        lambda lines: [lines[0].replace('"sequence":5', '"sequence":4'), *lines[1:]],
        lambda lines: [lines[0], "{}\n", *lines[2:]],
        lambda lines: [lines[0], "[\n", *lines[2:]],
        lambda lines: [*lines[:3], lines[3][:50] + "\n", *lines[4:]],
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused_whole(full, elsewhere, tmp_path, spoil) -> None:
    target = tmp_path / "export.jsonl"
    _export(full, target)
    target.write_text("".join(spoil(_lines(target))))
    for attempt in (lambda: exporting.check_export(target, keys=Keys()), lambda: _import(elsewhere, target)):
        with pytest.raises(ConflictError, match="not as it was written"):
            attempt()
    assert _rows(elsewhere, [FIRST, SECOND])["dean_orchestration_events"] == []


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"format":"dean-record","version":2}\n', b"\xff\xfe\n", b"[1]\n"])
def test_what_is_no_export_is_said_to_be_none(tmp_path, content) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidConfigurationError):
        exporting.check_export(tmp_path / "file", keys=Keys())
    with pytest.raises(NotFoundError):
        exporting.check_export(tmp_path / "nothing", keys=Keys())


def test_a_signed_export_needs_its_key(full, tmp_path) -> None:
    full.keys = Keys(["k" * 32])
    full.append(SECOND, TrialStarted(trial_id="signed"))
    _export(full, tmp_path / "export.jsonl", [SECOND])
    assert exporting.check_export(tmp_path / "export.jsonl", keys=Keys(["n" * 32, "k" * 32]))
    with pytest.raises(ConflictError, match="unknown key"):
        exporting.check_export(tmp_path / "export.jsonl", keys=Keys(["n" * 32]))


def test_where_there_is_a_key_what_nobody_signed_is_taken_only_when_told_to(full, elsewhere, tmp_path) -> None:
    """The export is one of an installation without a key, or of somebody who has none."""
    plain, mixed = tmp_path / "plain.jsonl", tmp_path / "mixed.jsonl"
    _export(full, plain)
    full.keys = elsewhere.keys = Keys(["k" * 32])
    full.append(SECOND, TrialStarted(trial_id="signed"))
    _export(full, mixed)
    for file, what in ((plain, "header of the export is not signed"), (mixed, f"No event of workflow {FIRST}")):
        for attempt in (lambda: exporting.check_export(file, keys=full.keys), lambda: _import(elsewhere, file)):  # noqa: B023 - called here
            with pytest.raises(ConflictError, match=what) as caught:
                attempt()
            assert "--allow-unsigned" in caught.value.suggestions[0]
        assert exporting.check_export(file, keys=full.keys, allow_unsigned=True)
    assert _rows(elsewhere, [FIRST, SECOND])["dean_orchestration_events"] == []
    assert importing.import_export(elsewhere.sessions, mixed, actor=elsewhere.actor, keys=elsewhere.keys, allow_unsigned=True).events == 8


def test_a_broken_record_is_not_exported_and_nothing_is_left_of_the_file(full, tmp_path) -> None:
    with full.engine.begin() as connection:
        connection.execute(update(EventRow).where(EventRow.workflow_id == SECOND, EventRow.sequence == 2).values(canonical="{}"))
    with pytest.raises(ConflictError, match="not as it was written"):
        _export(full, tmp_path / "export.jsonl")
    assert not (tmp_path / "export.jsonl").exists()
    with full.engine.begin() as connection:
        connection.execute(delete(EventRow).where(EventRow.workflow_id == SECOND, EventRow.sequence == 2))
    with pytest.raises(ConflictError, match="chain ends at 1"):
        _export(full, tmp_path / "export.jsonl")


def test_an_export_overwrites_nothing_and_needs_what_it_names(full, tmp_path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(ConflictError, match="already"):
        _export(full, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"
    with pytest.raises(NotFoundError):
        _export(full, tmp_path / "export.jsonl", [UUID(int=99)])


def test_an_import_is_itself_recorded(full, elsewhere, tmp_path) -> None:
    _export(full, tmp_path / "export.jsonl")
    _import(elsewhere, tmp_path / "export.jsonl")
    from dean_provider.state.record import system_workflow_id

    events = elsewhere.ask(queries.list_events, ListEvents(workflow_id=elsewhere.ask(system_workflow_id))).events
    assert events[-1].event_type == "history.imported"
    assert events[-1].details["workflow_ids"] == [str(FIRST), str(SECOND)]
