"""A recorder in memory, with the rules of the real one, that can be away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from dean_provider.contract.workflow import Head, Recorded, RecordFacts
from dean_provider.errors import ConflictError, ConnectionFailedError, DeanError
from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Recorder

REF = RecordRef(workflow_id=UUID(int=1), conn_id="dean_gateway_default", dag_id="dag", run_id="run", task_group="group")


class Record:
    """What was told. ``trouble`` is raised instead of taking anything; ``lost`` takes everything and then loses its answer."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.calls: list[RecordFacts] = []
        self.trouble: DeanError | None = None
        self.lost = 0

    async def arecord(self, facts: RecordFacts) -> Recorded:
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        self.calls.append(facts)
        for fact in facts.facts:
            content = (fact.event_type, fact.schema_version, fact.details)
            if self.facts.get(fact.idempotency_key, content) != content:
                raise ConflictError("another fact", details={"idempotency_key": fact.idempotency_key})
        before = len(self.facts)
        self.facts.update({fact.idempotency_key: (fact.event_type, fact.schema_version, fact.details) for fact in facts.facts})
        new = len(self.facts) - before
        if self.lost:
            self.lost -= 1
            raise ConnectionFailedError("the answer was lost")
        head = Head(sequence=len(self.facts), hash=f"hash-{len(self.facts)}")
        return Recorded(recorded=new, known=len(facts.facts) - new, generation=self.complete_to, head=head)

    @property
    def generations(self) -> list[int]:
        return sorted(details["generation"]["generation"] for kind, _, details in self.facts.values() if kind == "generation.completed")

    @property
    def complete_to(self) -> int:
        there = set(self.generations)
        return next(number for number in range(-1, len(there) + 1) if number + 1 not in there)

    def of(self, event_type: str) -> list[dict[str, Any]]:
        return [details for kind, _, details in self.facts.values() if kind == event_type]


class Lines:
    """A log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, message: str, *args: Any) -> None:
        self.lines.append(message % args)

    warning = info


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def make_recorder(record: Record, lines: Lines) -> Callable[..., Recorder]:
    def make(backlog: Backlog | None = None, ref: RecordRef | None = REF) -> Recorder:
        return Recorder(ref, lambda: record, log=lines, backlog=backlog)

    return make
