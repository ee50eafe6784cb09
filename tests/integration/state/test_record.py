"""What the unit tests hold the record to on SQLite, on both databases: what each rewrites, orders or compares in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted, TrialCompleted, TrialStarted, TrialValidated
from dean_provider.contract.trial import Generation
from dean_provider.contract.workflow import ListAudit, ListEvents, ListWorkflows, Origin, ReadMetrics, WorkflowStatus
from dean_provider.errors import ConflictError
from dean_provider.state import queries, record, writing
from dean_provider.state import rebuild as rebuilding
from dean_provider.state.exporting import export
from dean_provider.state.importing import import_export
from dean_provider.state.rebuild import rebuild, state_at
from dean_provider.state.retention import old_workflows, prune
from dean_provider.state.signing import Keys
from dean_provider.state.tables import EventRow, GenerationRow, LabelRow, SnapshotRow, WorkflowRow
from dean_provider.state.verification import FaultKind, verify

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
KEYS = Keys(["k" * 32])
ADA = Actor(kind=ActorKind.USER, name="ada")
ODD: dict[str, Any] = {
    "large": 1e300,
    "whole": 2.0**60,
    "small": 5e-324,
    "zero": -0.0,
    "text": 'é\u2028"\\\n',
    "deep": [{"b": None, "a": [True, 0.1]}],
    "\U0001f600": 1,
    "\ufb33": 2,
}


@pytest.fixture
def sessions(engine: Engine) -> Any:
    @contextmanager
    def opened() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    return opened


def _generation(number: int) -> ReportedFact:
    figures: dict[str, Any] = {"best_fitness": 0.1 * number, "mean_fitness": 1e-7, "worst_fitness": -1e300, "diversity": 0.5}
    one = Generation(
        generation=number, best_agent_id="a", evaluations=1, tokens_used=2**52, completed_at=NOW, elapsed_seconds=number / 3, **figures
    )
    return ReportedFact.of(GenerationCompleted(generation=one))


def _tell(sessions: Any, number: int, *facts: Any, now: datetime = NOW, actor: Actor = ADA) -> UUID:
    told = [fact if isinstance(fact, ReportedFact) else ReportedFact.of(fact) for fact in facts]
    with sessions() as session:
        record.append(session, UUID(int=number), told, actor=actor, origin=Origin(dag_id=f"d{number % 2}", run_id="r"), now=now, keys=KEYS)
    return UUID(int=number)


def _life(sessions: Any, number: int) -> UUID:
    config = {"name": "n", "labels": {"team": "a"}, "objective_parameters": ODD}
    odd = ReportedFact(event_type="own.odd", idempotency_key="odd", details=ODD)
    return _tell(
        sessions,
        number,
        TrialValidated(trial_id="t", config=config),
        TrialStarted(trial_id="t"),
        odd,
        *map(_generation, range(12)),
        TrialCompleted(generation=11, ended_at=NOW),
        now=NOW + timedelta(minutes=number),
    )


@pytest.fixture(autouse=True)
def _few_events_between_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    monkeypatch.setattr(rebuilding, "SNAPSHOT_EVERY", 5)


def test_what_a_database_rewrites_is_still_what_was_told(sessions: Any) -> None:
    workflow_id = _life(sessions, 1)
    _life(sessions, 1)  # all of it again
    found = verify(sessions, workflow_id, keys=KEYS)
    assert (found.fault, found.events, found.signed) == (None, 17, 17)
    assert verify(sessions, workflow_id, keys=KEYS, from_snapshot=True).events == 2
    with sessions() as session:
        page = queries.list_events(session, ListEvents(workflow_id=workflow_id, event_type="own.odd"))
        assert page.events[0].details == {**ODD, "zero": 0}
        detail = queries.read_workflow(session, workflow_id)
        assert detail.configuration["objective_parameters"] == {**ODD, "zero": 0}
        assert [point.best_fitness for point in queries.read_metrics(session, ReadMetrics(workflow_id=workflow_id)).points] == [
            0.1 * number for number in range(12)
        ]
        thinned = queries.read_metrics(session, ReadMetrics(workflow_id=workflow_id, points=4)).points
        assert [point.generation for point in thinned] == [0, 3, 7, 11]


def test_a_rebuild_finds_every_row_right_and_mends_each(sessions: Any) -> None:
    workflow_id = _life(sessions, 1)
    assert not rebuild(sessions, workflow_id, keys=KEYS).changed
    for spoil in (
        delete(GenerationRow),
        delete(LabelRow),
        delete(SnapshotRow),
        update(WorkflowRow).values(status="failed"),
        delete(WorkflowRow),
    ):
        with sessions() as session:
            session.execute(spoil)
        assert rebuild(sessions, workflow_id, keys=KEYS).changed
        assert not rebuild(sessions, workflow_id, keys=KEYS).changed
    with sessions() as session:
        assert state_at(session, workflow_id, 3).status is WorkflowStatus.RUNNING


def test_changed_copies_are_found_in_every_kind_of_column(sessions: Any) -> None:
    workflow_id = _life(sessions, 1)
    for change in ({"details": {"a": 1}}, {"timestamp": NOW - timedelta(1)}, {"actor_name": "eve"}):
        with sessions() as session:
            place = (EventRow.sequence == 4,)
            before = dict(session.execute(select(*(getattr(EventRow, name) for name in change)).where(*place)).mappings().one())
            session.execute(update(EventRow).where(*place).values(**change))
        assert verify(sessions, workflow_id, keys=KEYS).fault.kind is FaultKind.COPY
        with sessions() as session:
            session.execute(update(EventRow).where(*place).values(**before))
    assert verify(sessions, workflow_id, keys=KEYS).fault is None


def test_lists_go_page_by_page_by_dag_label_and_text(sessions: Any) -> None:
    for number in range(1, 8):
        _life(sessions, number)

    def listed(dag_ids: Any = None, **filters: Any) -> list[int]:
        found: list[int] = []
        cursor = None
        while True:
            with sessions() as session:
                page = queries.list_workflows(session, ListWorkflows(limit=2, cursor=cursor, **filters), dag_ids=dag_ids)
            found += [one.id.int for one in page.workflows]
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert listed() == [7, 6, 5, 4, 3, 2, 1]
    assert listed(["d1"]) == [7, 5, 3, 1]
    assert listed(label="team=a", search="N") == [7, 6, 5, 4, 3, 2, 1]
    assert listed(search=str(UUID(int=3))) == [3]
    assert listed(search="00000000-0000-0000-0000-000000000005") == [5]
    assert listed(created_after=NOW + timedelta(minutes=5)) == [7, 6]
    with sessions() as session:
        seen = queries.audit(session, ListAudit(limit=3))
        assert len(queries.audit(session, ListAudit(limit=3, cursor=seen.next_cursor)).events) == 3


def test_a_conflict_leaves_nothing_behind(sessions: Any) -> None:
    workflow_id = _life(sessions, 1)
    other = ReportedFact(event_type="own.odd", idempotency_key="odd", details={})
    with pytest.raises(ConflictError):
        _tell(sessions, 1, ReportedFact(event_type="own.new", idempotency_key="new"), other)
    assert verify(sessions, workflow_id, keys=KEYS).events == 17


def test_what_is_pruned_comes_back_by_an_import(sessions: Any, tmp_path: Path) -> None:
    _life(sessions, 1)
    _life(sessions, 2)
    with sessions() as session:
        old = old_workflows(session, NOW + timedelta(seconds=1), [WorkflowStatus.COMPLETED])
    assert sorted(old) == [UUID(int=1), UUID(int=2)]
    done = prune(sessions, old, tmp_path / "old.jsonl", actor=ADA, now=NOW, keys=KEYS)
    assert done.events == 34
    assert import_export(sessions, tmp_path / "old.jsonl", actor=ADA, keys=KEYS).events == 34
    for workflow_id in old:
        assert verify(sessions, workflow_id, keys=KEYS).fault is None
        assert not rebuild(sessions, workflow_id, keys=KEYS).changed
    assert export(sessions, tmp_path / "all.jsonl", None, now=NOW, keys=KEYS).events > 34
