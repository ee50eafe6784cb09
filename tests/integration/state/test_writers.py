"""Ten processes append to one workflow at once: no gap, no duplicate, and the chain verifies."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dean_provider.contract.workflow import ListEvents
from dean_provider.state import queries
from dean_provider.state.chain import event_of
from dean_provider.state.signing import Keys, Verdict
from dean_provider.state.tables import EventRow, GenerationRow

pytestmark = pytest.mark.integration

WRITERS = 10
OWN = 20
SHARED = 10

# Ten that each import everything would take longer to come than to write.
WRITERS_PROGRAM = """
import json, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.trial import Generation
from dean_provider.contract.workflow import Origin
from dean_provider.state.record import append
from dean_provider.state.signing import Keys

url, workflow, writers, own, shared = sys.argv[1], UUID(sys.argv[2]), *map(int, sys.argv[3:])
context = get_context("fork")
gate = context.Barrier(writers)
keys, origin = Keys(["k" * 32]), Origin(dag_id="d", run_id="r")


def generation(n):
    figures = dict(best_fitness=n, mean_fitness=0, worst_fitness=0, diversity=0.5, best_agent_id="a", evaluations=1, tokens_used=n)
    return ReportedFact.of(
        GenerationCompleted(generation=Generation(generation=n, completed_at="2026-01-01T00:00:00Z", elapsed_seconds=n, **figures))
    )


def tell(engine, actor, facts):
    while True:
        try:
            with Session(engine) as session, session.begin():
                return append(session, workflow, facts, actor=actor, origin=origin, keys=keys)
        except OperationalError as error:
            if "locked" not in str(error):
                raise


def write(number):
    engine = create_engine(url, connect_args={"timeout": 1} if url.startswith("sqlite") else {})
    actor = Actor(kind=ActorKind.TASK, name=f"writer-{number}")
    gate.wait(60)
    new = 0
    for n in range(own):
        mine = ReportedFact(event_type="writer.wrote", idempotency_key=f"{number}:{n}", details={"writer": number, "n": n})
        new += tell(engine, actor, [generation(n), mine] if n < shared else [mine]).recorded
    return new


# All of them are there at once: each waits at the gate for the others.
with ProcessPoolExecutor(writers, mp_context=context) as pool:
    print(json.dumps(list(pool.map(write, range(writers)))))
"""


def _write(url: str, workflow_id: Any) -> list[int]:
    """Let ten processes go at the same moment; how many facts each found new."""
    arguments = [url, str(workflow_id), *map(str, (WRITERS, OWN, SHARED))]
    done = subprocess.run([sys.executable, "-c", WRITERS_PROGRAM, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: list[int] = json.loads(done.stdout)
    return found


def test_ten_processes_append_to_one_workflow_at_once(engine: Engine, url: str) -> None:
    workflow_id = uuid4()
    new = _write(url, workflow_id)
    total = WRITERS * OWN + SHARED + 1
    with Session(engine) as session:
        rows = session.execute(select(EventRow.sequence, EventRow.canonical, EventRow.hash).order_by(EventRow.sequence)).all()
        generations = session.execute(select(GenerationRow.generation).order_by(GenerationRow.generation)).scalars().all()
        detail = queries.read_workflow(session, workflow_id)
        page = queries.list_events(session, ListEvents(workflow_id=workflow_id, limit=1000))
    assert [row.sequence for row in rows] == list(range(1, total + 1))
    assert sum(new) == total - 1
    assert len({event.idempotency_key for event in page.events}) == total
    assert generations == list(range(SHARED))
    assert (detail.head.sequence, detail.head.hash) == (total, rows[-1].hash)
    keys, previous = Keys(["k" * 32]), ""
    for row in rows:
        assert keys.judge(row.canonical, row.hash) is Verdict.SIGNED
        assert event_of(row.canonical, row.hash).previous_hash == previous
        previous = row.hash
