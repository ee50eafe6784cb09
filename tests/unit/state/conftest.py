from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation
from dean_provider.contract.workflow import Origin, Recorded
from dean_provider.state import record
from dean_provider.state.signing import Keys
from dean_provider.state.tables import Base

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of its own with our tables and nothing in them."""
    made = create_engine(f"sqlite:///{tmp_path}/state.db")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


class Record:
    """The record as a test uses it: each call in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.actor = Actor(kind=ActorKind.TASK, name="dag.task")
        self.origin = Origin(dag_id="dag", run_id="run")
        self.keys = Keys()

    def append(self, workflow_id: UUID, *facts: Any, **more: Any) -> Recorded:
        told = [fact if isinstance(fact, ReportedFact) else ReportedFact.of(fact) for fact in facts]
        options = {"actor": self.actor, "origin": self.origin, "now": NOW, "keys": self.keys, **more}
        with Session(self.engine) as session, session.begin():
            return record.append(session, workflow_id, told, **options)

    def append_system(self, *facts: Any, **more: Any) -> Recorded:
        with Session(self.engine) as session, session.begin():
            told = [ReportedFact.of(fact) for fact in facts]
            return record.append_system(session, told, **{"actor": self.actor, "now": NOW, "keys": self.keys, **more})

    def ask(self, query: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        with Session(self.engine) as session:
            return query(session, *arguments, **more)


@pytest.fixture
def told(engine: Engine) -> Record:
    return Record(engine)


@pytest.fixture
def completed_generation() -> Callable[..., GenerationCompleted]:
    def make(number: int, **fields: Any) -> GenerationCompleted:
        figures: dict[str, Any] = {
            "best_fitness": float(number),
            "mean_fitness": number / 2,
            "worst_fitness": 0.0,
            "diversity": 0.5,
            "best_agent_id": f"a-{number}",
            "evaluations": 10,
            "tokens_used": 10 * (number + 1),
            "completed_at": NOW,
            "elapsed_seconds": float(number),
        }
        return GenerationCompleted(generation=Generation(generation=number, **{**figures, **fields}))

    return make
