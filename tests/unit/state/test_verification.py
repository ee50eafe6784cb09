"""Whatever somebody changes in the tables, the first bad event is named."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from dean_provider.contract.events.trial import TrialStarted
from dean_provider.contract.workflow import Head
from dean_provider.state import rebuild, writing
from dean_provider.state.chain import Place, link
from dean_provider.state.facts import prepared
from dean_provider.state.signing import Keys
from dean_provider.state.statements import table_of
from dean_provider.state.tables import EventRow, SnapshotRow, WorkflowRow
from dean_provider.state.verification import FaultKind, verify

ID = UUID(int=7)
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
EVENTS = table_of(EventRow)


@pytest.fixture
def chain(told):
    """Seven events."""
    told.keys = Keys(["k" * 32])
    told.head = told.append(ID, *(TrialStarted(trial_id=f"t-{number}") for number in range(6))).head
    return told


def _fault(told, **more):
    return verify(told.sessions, ID, keys=told.keys, **more).fault


def _change(told, sequence, **columns):
    with told.engine.begin() as connection:
        connection.execute(update(EVENTS).where(EVENTS.c.sequence == sequence).values(**columns))


def _row(told, sequence):
    with told.engine.connect() as connection:
        return dict(connection.execute(select(EVENTS).where(EVENTS.c.sequence == sequence)).mappings().one())


def _drop(told, *sequences):
    with told.engine.begin() as connection:
        connection.execute(delete(EVENTS).where(EVENTS.c.sequence.in_(sequences)))


def test_what_was_not_touched_is_found_right(chain) -> None:
    seen = []
    found = verify(chain.sessions, ID, keys=chain.keys, heads=[chain.head], on_progress=seen.append)
    assert (found.fault, found.events, found.signed, found.head, sum(seen)) == (None, 7, 7, chain.head, 7)


@pytest.mark.parametrize("sequence", range(1, 8))
def test_changed_content_is_named(chain, sequence) -> None:
    row = _row(chain, sequence)
    _change(chain, sequence, canonical=row["canonical"].replace('"map_index":-1', '"map_index":-2').replace("t-", "u-"))
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.CONTENT, sequence)


@pytest.mark.parametrize("sequence", range(1, 7))
def test_a_changed_hash_is_named(chain, sequence) -> None:
    _change(chain, sequence, hash=chain.keys.seal("something else"))
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.HASH, sequence)


@pytest.mark.parametrize("sequence", range(1, 7))
def test_a_missing_event_is_named(chain, sequence) -> None:
    _drop(chain, sequence)
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.MISSING, sequence)


def test_events_that_changed_places_are_named(chain) -> None:
    third, fifth = _row(chain, 3), _row(chain, 5)
    same = ("id", "workflow_id", "sequence", "idempotency_key")
    _change(chain, 3, **{name: value for name, value in fifth.items() if name not in same})
    _change(chain, 5, **{name: value for name, value in third.items() if name not in same})
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.ORDER, 3)


def test_a_cut_tail_is_noticed_by_the_row_and_by_a_head_that_was_noted(chain) -> None:
    _drop(chain, 6, 7)
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.TAIL, 6)
    before = _row(chain, 5)
    with chain.engine.begin() as connection:
        connection.execute(update(WorkflowRow).values(sequence=5, head_hash=before["hash"]))
    assert _fault(chain) is None
    assert _fault(chain, heads=[chain.head]).kind is FaultKind.TAIL


def test_a_chain_written_anew_from_some_event_on_is_another_one(chain) -> None:
    """Somebody who has the key can write a chain that is right in itself; what was noted of it elsewhere is not in it."""
    _drop(chain, 7)
    with chain.engine.begin() as connection:
        connection.execute(update(WorkflowRow).values(sequence=6, head_hash=_row(chain, 6)["hash"]))
    chain.append(ID, TrialStarted(trial_id="another"), TrialStarted(trial_id="more"))
    assert _fault(chain) is None
    assert _fault(chain, heads=[chain.head]).kind is FaultKind.HEAD


def test_an_event_of_another_workflow_is_out_of_place(chain) -> None:
    other = uuid4()
    chain.append(other, TrialStarted(trial_id="x"))
    with chain.engine.begin() as connection:
        moved = dict(connection.execute(select(EVENTS).where(EVENTS.c.workflow_id == other, EVENTS.c.sequence == 2)).mappings().one())
        connection.execute(delete(EVENTS).where(EVENTS.c.workflow_id == ID, EVENTS.c.sequence == 2))
        connection.execute(update(EVENTS).where(EVENTS.c.id == moved["id"]).values(workflow_id=ID))
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.ORDER, 2)


@pytest.mark.parametrize(
    "copy", [{"event_type": "trial.failed"}, {"actor_name": "eve"}, {"details": {"trial_id": "x"}}, {"idempotency_key": "k"}]
)
def test_a_changed_copy_is_named(chain, copy) -> None:
    _change(chain, 4, **copy)
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.COPY, 4)


def test_a_chain_that_goes_on_unsigned_is_not_believed(chain) -> None:
    """Somebody without the key cannot go on with plain hashes."""
    forged = link(
        prepared(_reported()),
        Place(ID, 8, chain.head.hash),
        actor=chain.actor,
        correlation_id=None,
        now=_row(chain, 7)["timestamp"],
        keys=Keys(),
    )
    from dean_provider.state.chain import row_of

    with chain.engine.begin() as connection:
        connection.execute(EVENTS.insert().values(**row_of(forged)))
        connection.execute(update(WorkflowRow).values(sequence=8, head_hash=forged.event.hash))
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.UNSIGNED, 8)


def _reported():
    from dean_provider.contract.events import ReportedFact

    return ReportedFact.of(TrialStarted(trial_id="forged"))


def test_a_chain_that_began_without_a_key_may_go_on_with_one(told) -> None:
    told.append(ID, TrialStarted(trial_id="a"))
    told.keys = Keys(["k" * 32])
    told.append(ID, TrialStarted(trial_id="b"))
    told.keys = Keys(["n" * 32, "k" * 32])
    told.append(ID, TrialStarted(trial_id="c"))
    found = verify(told.sessions, ID, keys=told.keys)
    assert (found.fault, found.events, found.signed) == (None, 4, 2)
    assert verify(told.sessions, ID, keys=Keys(["n" * 32])).fault.kind is FaultKind.KEY


def test_rows_that_are_gone_or_behind_are_named(chain) -> None:
    with chain.engine.begin() as connection:
        connection.execute(update(WorkflowRow).values(sequence=3, head_hash=_row(chain, 3)["hash"]))
    assert (_fault(chain).kind, _fault(chain).sequence) == (FaultKind.HEAD, 3)
    with chain.engine.begin() as connection:
        connection.execute(delete(WorkflowRow))
    assert _fault(chain).kind is FaultKind.ROW


def test_from_a_snapshot_only_what_follows_is_looked_at(told, monkeypatch) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    told.append(ID, *(TrialStarted(trial_id=f"t-{number}") for number in range(11)))
    assert verify(told.sessions, ID, keys=told.keys, from_snapshot=True).events == 2
    with told.engine.begin() as connection:
        connection.execute(update(SnapshotRow).where(SnapshotRow.sequence == 10).values(head_hash="0" * 64))
    found = verify(told.sessions, ID, keys=told.keys, from_snapshot=True)
    assert (found.events, found.fault) == (7, None)


def _forge_plainly(told):
    """What somebody without the key, who may write to the database, can do: write a whole chain anew, its snapshots and row included."""
    with told.engine.begin() as connection:
        for table in (EventRow, SnapshotRow, WorkflowRow):
            connection.execute(delete(table))
    keys, told.keys = told.keys, Keys()
    told.append(ID, *(TrialStarted(trial_id=f"forged-{number}") for number in range(6)))
    told.keys = keys


@pytest.mark.parametrize("from_snapshot", [False, True])
def test_with_a_key_a_whole_chain_written_anew_without_it_is_not_believed(chain, monkeypatch, from_snapshot) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    _forge_plainly(chain)
    fault = _fault(chain, from_snapshot=from_snapshot)
    assert (fault.kind, fault.sequence) == (FaultKind.UNSIGNED, 1)
    found = verify(chain.sessions, ID, keys=chain.keys, from_snapshot=from_snapshot, allow_unsigned=True)
    assert (found.fault, found.unsigned, found.events) == (None, True, 7)  # and its plain snapshot is none to begin at
    assert _fault(chain, heads=[chain.head], allow_unsigned=True).kind is FaultKind.HEAD


def test_a_rebuild_signs_snapshots_but_vouches_for_no_unsigned_event(chain, monkeypatch) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    monkeypatch.setattr(rebuild, "SNAPSHOT_EVERY", 5)
    _forge_plainly(chain)
    assert rebuild.rebuild(chain.sessions, ID, keys=chain.keys).snapshots == 1
    found = verify(chain.sessions, ID, keys=chain.keys, from_snapshot=True)
    assert (found.fault.kind, found.events) == (FaultKind.UNSIGNED, 2)


@pytest.mark.parametrize("after", [0, 2])
def test_what_follows_a_signed_snapshot_is_signed(told, monkeypatch, after) -> None:
    monkeypatch.setattr(writing, "SNAPSHOT_EVERY", 5)
    told.keys = Keys(["k" * 32])
    told.append(ID, *(TrialStarted(trial_id=f"t-{number}") for number in range(4)))
    keys, told.keys = told.keys, Keys()
    if after:
        told.append(ID, *(TrialStarted(trial_id=f"plain-{number}") for number in range(after)))
    found = verify(told.sessions, ID, keys=keys, from_snapshot=True)
    if after:
        assert (found.fault.kind, found.fault.sequence) == (FaultKind.UNSIGNED, 6)
        assert verify(told.sessions, ID, keys=keys, from_snapshot=True, allow_unsigned=True).fault == found.fault
    else:
        assert (found.fault, found.unsigned, found.events) == (None, False, 0)


@given(st.data())
def test_every_changed_character_is_found(new_record, data) -> None:
    with new_record() as told:
        told.append(ID, *(TrialStarted(trial_id=f"t-{number}") for number in range(3)))
        sequence = data.draw(st.integers(1, 4))
        text = _row(told, sequence)["canonical"]
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.characters(codec="ascii").filter(lambda character: character != text[place]))
        _change(told, sequence, canonical=text[:place] + other + text[place + 1 :])
        assert (_fault(told).kind, _fault(told).sequence) == (FaultKind.CONTENT, sequence)


def test_a_head_of_nothing_is_never_missed(told) -> None:
    assert verify(told.sessions, ID, keys=Keys(), heads=[Head(sequence=3, hash="x")]).fault.kind is FaultKind.TAIL
