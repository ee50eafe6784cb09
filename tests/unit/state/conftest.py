from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dean_provider.contract.events import Actor, ActorKind, Fact, ReportedFact, installation, pattern, trial
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation, Scores
from dean_provider.contract.workflow import Origin, Recorded
from dean_provider.state import record
from dean_provider.state.signing import Keys

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


NUMBERS = st.integers(0, 12)
FIGURES = st.floats(-1e6, 1e6)
NAMES = st.sampled_from(["a", "b", "c"])
WORKFLOW = str(UUID(int=1))
OTHER = str(UUID(int=2))


def _generation(number: int, figure: float, digest: str) -> trial.GenerationCompleted:
    figures: dict[str, Any] = {"best_fitness": figure, "mean_fitness": figure / 3, "worst_fitness": -1e9, "diversity": 0.25}
    at = NOW + timedelta(seconds=number)
    one = Generation(
        generation=number,
        best_agent_id="é",
        evaluations=3,
        tokens_used=number,
        digest=digest,
        completed_at=at,
        elapsed_seconds=1,
        **figures,
    )
    return trial.GenerationCompleted(generation=one)


CONFIGS = st.fixed_dictionaries({}, optional={"name": NAMES, "seed": NUMBERS, "labels": st.dictionaries(NAMES, NAMES), "x": FIGURES})

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(trial.TrialRequested, name=NAMES),
    st.builds(trial.TrialValidated, trial_id=NAMES, config=CONFIGS),
    st.builds(trial.ServicesChecked, services=st.just({})),
    st.builds(trial.PopulationInitialized, population_id=NAMES, size=NUMBERS),
    st.builds(trial.TrialStarted, trial_id=NAMES, resumptions=NUMBERS, try_number=NUMBERS),
    st.builds(_generation, NUMBERS, FIGURES, NAMES),
    st.builds(
        trial.DiversityIntervened, generation=NUMBERS, diversity_before=st.just(0.1), diversity_after=st.just(0.2), agents_mutated=NUMBERS
    ),
    st.builds(trial.BudgetWarned, share=st.sampled_from([0.5, 0.8]), generation=NUMBERS, tokens_used=NUMBERS, token_budget=st.just(9)),
    st.builds(trial.TrialPaused, generation=NUMBERS),
    st.builds(trial.TrialResumed, generation=NUMBERS),
    st.builds(trial.RunEnded, state=NAMES),
    st.builds(trial.TrialCompleted, generation=NUMBERS, best_fitness=FIGURES, digest=NAMES),
    st.builds(trial.TrialFailed, error=NAMES),
    st.builds(trial.TrialCancelled, reason=NAMES, resumptions=NUMBERS),
    st.builds(
        trial.TrialForked,
        parent_id=st.sampled_from([WORKFLOW, OTHER, "?"]),
        child_id=st.sampled_from([WORKFLOW, OTHER]),
        generation=NUMBERS,
    ),
    st.builds(trial.TrialReplayed, replay_id=NAMES, agrees=st.booleans()),
    st.builds(trial.TrialReconciled, found=NAMES, repaired=NAMES),
    st.builds(trial.ReportPublished, uri=NAMES, scores=st.just(Scores(test=1.5))),
    st.builds(pattern.PatternDiscovered, pattern_id=NAMES, description=NAMES),
    st.builds(pattern.PatternRefused, pattern_id=NAMES, reason=NAMES),
    st.builds(pattern.ApprovalGiven, approved=st.booleans()),
    st.builds(installation.AlertRaised, incident_id=NAMES, rule=NAMES, severity=st.just("warning"), message=NAMES),
    st.builds(installation.AlertAcknowledged, incident_id=NAMES, rule=NAMES),
    st.builds(installation.AlertResolved, incident_id=NAMES, rule=NAMES),
    st.builds(installation.SilenceAdded, silence_id=st.just(UUID(int=1)), ends_at=st.just(NOW + timedelta(hours=1)), comment=NAMES),
    st.builds(installation.SilenceEnded, silence_id=st.just(UUID(int=1))),
)

UNKNOWN = st.builds(
    lambda name, value: ReportedFact(event_type=f"future.{name}", idempotency_key=f"future:{name}:{value}", details={"value": value}),
    NAMES,
    FIGURES,
)

TOLD: st.SearchStrategy[ReportedFact] = st.one_of(FACTS.map(ReportedFact.of), UNKNOWN)

BATCHES = st.lists(st.lists(TOLD, min_size=1, max_size=6), min_size=1, max_size=8)


def _without_conflicts(batches: list[list[ReportedFact]]) -> list[list[ReportedFact]]:
    """The batches without facts that differ from an earlier one with the same key."""
    seen: dict[str, ReportedFact] = {}
    kept = [[one for one in batch if seen.setdefault(one.idempotency_key, one).details == one.details] for batch in batches]
    return [batch for batch in kept if batch]


@pytest.fixture(scope="session")
def histories() -> st.SearchStrategy[list[list[ReportedFact]]]:
    """Random lives of the execution ``WORKFLOW``: facts of every kind, known and unknown, told in batches."""
    return BATCHES.map(_without_conflicts)


@pytest.fixture
def engine(empty_record: Callable[[], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    """A database of its own with our tables and nothing in them."""
    with empty_record() as made:
        yield made


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

    @contextmanager
    def sessions(self) -> Iterator[Session]:
        with Session(self.engine) as session, session.begin():
            yield session

    def ask(self, query: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        with Session(self.engine) as session:
            return query(session, *arguments, **more)


@pytest.fixture
def told(engine: Engine) -> Record:
    return Record(engine)


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def new_record(empty_record: Callable[[], AbstractContextManager[Engine]]) -> Callable[[], AbstractContextManager[Record]]:
    """Makes a record in a database of its own, for tests that need many."""

    @contextmanager
    def make() -> Iterator[Record]:
        with empty_record() as made:
            yield Record(made)

    return make
