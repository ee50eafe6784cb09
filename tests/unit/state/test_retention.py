from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import func, select

from dean_provider.contract.events.trial import TrialCancelled, TrialCompleted, TrialStarted
from dean_provider.contract.workflow import ListEvents, WorkflowStatus
from dean_provider.errors import ConflictError, InvalidConfigurationError, NotFoundError
from dean_provider.state import exporting, importing, queries, retention
from dean_provider.state.record import system_workflow_id
from dean_provider.state.tables import EventRow, GenerationRow, LabelRow, SnapshotRow, WorkflowRow

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
OLD, YOUNG, RUNNING, CANCELLED = (UUID(int=number) for number in range(1, 5))
ENDED = [WorkflowStatus.COMPLETED]


@pytest.fixture
def ages(told, completed_generation):
    told.append(OLD, TrialStarted(trial_id="a"), completed_generation(0), TrialCompleted(generation=0), now=NOW - timedelta(days=100))
    told.append(YOUNG, TrialStarted(trial_id="b"), TrialCompleted(generation=0), now=NOW - timedelta(days=10))
    told.append(RUNNING, TrialStarted(trial_id="c"), now=NOW - timedelta(days=100))
    told.append(CANCELLED, TrialStarted(trial_id="d"), TrialCancelled(), now=NOW - timedelta(days=95))
    return told


def _prune(told, target, ids):
    return retention.prune(told.sessions, ids, target, actor=told.actor, now=NOW, keys=told.keys)


def _old(told, statuses=ENDED, days=90):
    return told.ask(retention.old_workflows, NOW - timedelta(days=days), statuses)


def test_what_is_old_goes_by_age_and_status(ages) -> None:
    assert _old(ages) == [OLD]
    assert _old(ages, days=5) == [OLD, YOUNG]
    assert _old(ages, [WorkflowStatus.COMPLETED, WorkflowStatus.CANCELLED]) == [OLD, CANCELLED]
    with pytest.raises(InvalidConfigurationError, match="running is no end"):
        _old(ages, [WorkflowStatus.RUNNING])


def test_what_is_deleted_was_exported_first_and_can_be_brought_back(ages, tmp_path) -> None:
    seen = []
    target = tmp_path / "old.jsonl"
    done = retention.prune(ages.sessions, [OLD, CANCELLED], target, actor=ages.actor, now=NOW, keys=ages.keys, on_progress=seen.append)
    assert (done.workflows, done.events, done.kept, sum(seen)) == ([OLD, CANCELLED], 7, [], 21)
    with pytest.raises(NotFoundError):
        ages.ask(queries.read_workflow, OLD)
    with ages.sessions() as session:
        for row in (EventRow, GenerationRow, SnapshotRow, LabelRow):
            assert session.execute(select(func.count()).where(row.workflow_id.in_([OLD, CANCELLED]))).scalar_one() == 0
    assert len(exporting.check_export(target, keys=ages.keys).heads) == 2
    importing.import_export(ages.sessions, target, actor=ages.actor, keys=ages.keys)
    assert ages.ask(queries.read_workflow, OLD).status is WorkflowStatus.COMPLETED


def test_a_deletion_is_itself_recorded(ages, tmp_path) -> None:
    _prune(ages, tmp_path / "old.jsonl", [OLD])
    (event,) = ages.ask(queries.list_events, ListEvents(workflow_id=ages.ask(system_workflow_id), event_type="history.deleted")).events
    assert event.details == {"workflow_ids": [str(OLD)], "export": str(tmp_path / "old.jsonl")}


def test_nothing_is_deleted_that_could_not_be_exported(ages, tmp_path) -> None:
    (tmp_path / "old.jsonl").write_text("something else")
    with pytest.raises(ConflictError):
        _prune(ages, tmp_path / "old.jsonl", [OLD])
    assert ages.ask(queries.read_workflow, OLD)


def test_nothing_is_deleted_when_the_export_reads_differently(ages, tmp_path, monkeypatch) -> None:
    def lose(*arguments, **more):
        header = exporting.export(*arguments, **more)
        target = arguments[1]
        target.write_text(target.read_text()[:-30])
        return header

    monkeypatch.setattr(retention, "export", lose)
    with pytest.raises(ConflictError, match="not as it was written"):
        _prune(ages, tmp_path / "old.jsonl", [OLD])
    assert ages.ask(queries.read_workflow, OLD)


def test_what_went_on_after_it_was_exported_is_kept(ages, tmp_path, monkeypatch) -> None:
    def go_on(*arguments, **more):
        header = exporting.check_export(*arguments, **more)
        ages.append(OLD, TrialStarted(trial_id="again", resumptions=1))
        return header

    monkeypatch.setattr(retention, "check_export", go_on)
    done = _prune(ages, tmp_path / "old.jsonl", [OLD, CANCELLED])
    assert (done.kept, done.workflows) == ([OLD], [CANCELLED])
    assert ages.ask(queries.read_workflow, OLD).sequence == 5


def test_the_installations_own_record_is_never_old(ages) -> None:
    from dean_provider.contract.events.installation import ServiceRegistered

    ages.append_system(ServiceRegistered(service="a", kind="k", url="u"), now=NOW - timedelta(days=1000))
    with ages.sessions() as session:
        assert session.execute(select(func.count()).select_from(WorkflowRow)).scalar_one() == 5
    assert ages.ask(system_workflow_id) not in _old(ages, [status for status in WorkflowStatus if status.ended], days=0)
