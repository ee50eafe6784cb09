"""What is recorded is counted once it is kept, and what is rolled back is not."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted, TrialRequested
from dean_provider.contract.trial import Generation
from dean_provider.contract.workflow import Origin
from dean_provider.state.record import append
from dean_provider.state.signing import Keys
from dean_provider.state.tables import Base
from dean_provider.telemetry.recording import RECORDED


@pytest.fixture
def counted():
    registry = CollectorRegistry()
    for collector in RECORDED:
        registry.register(collector)

    def read() -> tuple[float, float]:
        events = registry.get_sample_value("dean_gateway_events_total", {"event_type": "trial.requested"}) or 0.0
        return events, registry.get_sample_value("dean_gateway_append_seconds_count") or 0.0

    return read


def test_only_what_is_committed_counts(tmp_path, counted) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/state.db")
    Base.metadata.create_all(engine)
    options = {"actor": Actor(kind=ActorKind.TASK, name="t"), "origin": Origin(dag_id="d", run_id="r"), "keys": Keys()}
    before = counted()
    with Session(engine) as session:
        append(session, uuid4(), [ReportedFact.of(TrialRequested(name="a"))], **options)
        assert counted() == before
        session.rollback()
        session.commit()
        assert counted() == before
        workflow_id = uuid4()
        append(session, workflow_id, [ReportedFact.of(TrialRequested(name="a"))], **options)
        session.commit()
        append(session, workflow_id, [ReportedFact.of(TrialRequested(name="a"))], **options)
        session.commit()
    assert counted() == (before[0] + 1, before[1] + 1)
    engine.dispose()


def test_evaluations_of_recorded_generations_add_up(tmp_path, counted) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/state.db")
    Base.metadata.create_all(engine)
    options = {"actor": Actor(kind=ActorKind.TASK, name="t"), "origin": Origin(dag_id="d", run_id="r"), "keys": Keys()}
    generation = Generation(
        generation=0,
        best_fitness=1.0,
        mean_fitness=0.5,
        worst_fitness=0.0,
        diversity=0.5,
        tokens_used=60,
        evaluations=60,
        elapsed_seconds=1.0,
        completed_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        best_agent_id="a",
    )
    before = RECORDED[2]._value.get()
    with Session(engine) as session:
        append(session, uuid4(), [ReportedFact.of(GenerationCompleted(generation=generation))], **options)
        session.commit()
    assert RECORDED[2]._value.get() == before + 60
    engine.dispose()
