"""Services and clocks that do what a test tells them."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import dialect_named, evolution, indexagent
from dean_provider.contract.service import ServiceName
from dean_provider.contract.trial import Generation, GenerationPage, Trial, TrialStatus
from dean_provider.contract.workflow import Head, Recorded, RecordFacts
from dean_provider.errors import ConflictError, ConnectionFailedError, DeanError
from dean_provider.handle import RecordRef
from dean_provider.recording.backlog import Backlog
from dean_provider.recording.recorder import Recorder
from dean_provider.state.tables import Base
from dean_provider.triggers.timing import Timing

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


class ScriptedHook:
    """A service client whose every answer is given: a value, an error to raise, or a function of the request.

    :param answers: by operation name; a list is used up one by one, its last entry for ever.
    :param without: names of operations the dialect lacks.
    """

    def __init__(self, service: ServiceName, answers: dict[str, Any], *, without: Iterable[str] = ()) -> None:
        self.answers = {name: list(answer) if isinstance(answer, list) else [answer] for name, answer in answers.items()}
        self.asked: list[tuple[str, Any]] = []
        self.dialect = dialect_named(service, "reference")
        self.health_operation = (evolution if service is ServiceName.EVOLUTION else indexagent).HEALTH
        self._without = set(without)

    def requests(self, name: str) -> list[Any]:
        return [request for asked, request in self.asked if asked == name]

    def _answer(self, name: str, request: Any) -> Any:
        self.asked.append((name, request))
        script = self.answers[name]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if callable(answer) and not isinstance(answer, type):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def call(self, operation: Any, request: Any, **_: Any) -> Any:
        return self._answer(operation.name, request)

    async def acall(self, operation: Any, request: Any, **_: Any) -> Any:
        return self._answer(operation.name, request)

    async def adialect(self) -> Any:
        return SimpleNamespace(
            supports=lambda operation: operation.name not in self._without and self.dialect.supports(operation),
            traits=replace(self.dialect.traits, forks="forks" not in self._without and self.dialect.traits.forks),
        )

    async def acredential(self) -> str:
        return self._answer("credential", None) if "credential" in self.answers else ""

    async def aprogress(self, trial_id: str, start: int = 0, *, wait_seconds: float = 0, limit: int = 100) -> GenerationPage:
        return self._answer("progress", SimpleNamespace(trial_id=trial_id, start=start, wait_seconds=wait_seconds, limit=limit))


@pytest.fixture
def evolution_hook() -> Callable[..., ScriptedHook]:
    return lambda answers=None, **kwargs: ScriptedHook(ServiceName.EVOLUTION, answers or {}, **kwargs)


@pytest.fixture
def indexagent_hook() -> Callable[..., ScriptedHook]:
    return lambda answers=None, **kwargs: ScriptedHook(ServiceName.INDEXAGENT, answers or {}, **kwargs)


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    def make(status: str = "running", generation: int = -1, **fields: Any) -> Trial:
        defaults: dict[str, Any] = {
            "trial_id": "t-1",
            "population_id": "p-1",
            "config": TrialConfig(seed=1),
            "generations": 60,
            "versions": {},
        }
        return Trial(status=TrialStatus(status), current_generation=generation, **{**defaults, **fields})

    return make


@pytest.fixture
def make_generation() -> Callable[..., Generation]:
    def make(number: int, **fields: Any) -> Generation:
        defaults: dict[str, Any] = {
            "best_fitness": number + 1.0,
            "mean_fitness": float(number),
            "worst_fitness": number - 1.0,
            "diversity": 0.5,
            "best_agent_id": f"a-{number}",
            "evaluations": 60,
            "tokens_used": 60 * (number + 1),
            "completed_at": NOW,
            "elapsed_seconds": float(number),
        }
        return Generation(generation=number, **{**defaults, **fields})

    return make


class VirtualTime:
    """A clock that moves only when somebody sleeps, or when told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def timing(self) -> Timing:
        return Timing(wall=lambda: self.now, monotonic=lambda: self.now - 5000.0, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def virtual_time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def make_context() -> Callable[..., dict[str, Any]]:
    """The context of a task that is executing, with the parts this package uses."""

    def make(task_id: str = "await_evolution", **parts: Any) -> dict[str, Any]:
        from airflow.sdk.execution_time.context import OutletEventAccessors

        pushed: dict[str, Any] = {}
        ti = SimpleNamespace(
            dag_id="dag",
            run_id="manual__2026-01-01T00:00:00+00:00",
            task_id=task_id,
            map_index=-1,
            try_number=1,
            max_tries=3,
            log_url="http://airflow/log",
            pushed=pushed,
            xcom_push=lambda key, value: pushed.update({key: value}),
            get_task_states=lambda **_: {},
        )
        for name in [name for name in parts if hasattr(ti, name)]:
            setattr(ti, name, parts.pop(name))
        return {
            "ti": ti,
            "run_id": ti.run_id,
            "params": {},
            "dag": SimpleNamespace(params={}),
            "dag_run": SimpleNamespace(conf={}),
            "outlet_events": OutletEventAccessors(),
            **parts,
        }

    return make


REF = RecordRef(workflow_id=UUID(int=1), conn_id="dean_gateway_default", dag_id="dag", run_id="run", task_group="group")


class Record:
    """A recorder in memory, with the rules of the real one. ``facts`` is what was told.

    ``trouble`` is raised instead of taking anything; ``lost`` takes everything and then loses its answer.
    """

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


@pytest.fixture(scope="session")
def _tables() -> Iterator[sqlite3.Connection]:
    """The record's tables with nothing in them: making them costs more than most tests of them do."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def empty_record(_tables: sqlite3.Connection) -> Iterator[Callable[[], AbstractContextManager[Engine]]]:
    """Gives an empty record in memory. What is no longer used is emptied and given again: another engine compiles all statements anew."""
    free: list[Engine] = []

    @contextmanager
    def take() -> Iterator[Engine]:
        engine = free.pop() if free else create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        with closing(engine.raw_connection()) as connection:
            connection.driver_connection.set_progress_handler(None, 0)
            _tables.backup(connection.driver_connection)
        try:
            yield engine
        finally:
            free.append(engine)

    yield take
    for engine in free:
        engine.dispose()


@pytest.fixture(scope="session")
def record_file(_tables: sqlite3.Connection) -> Callable[[Path], AbstractContextManager[Engine]]:
    """Gives an empty record in a file, for tests that use it from several connections at once."""

    @contextmanager
    def make(path: Path) -> Iterator[Engine]:
        with closing(sqlite3.connect(path)) as connection:
            _tables.backup(connection)
        engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        yield engine
        engine.dispose()

    return make


@pytest.fixture(scope="session")
def bind_once() -> Callable[..., None]:
    """Binds as the applications do, but what FastAPI derives from a contract is derived once; each application has handlers of its own.

    Deriving it costs more than most tests of a route do. It is the same for every application of the same dialect.
    """
    from fastapi import APIRouter, Request

    from dean_provider.web.binding import bind

    made: dict[Any, list[Any]] = {}

    def handled_by_application(name: str, like: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(like, eval_str=True)
        taken = next((one.name for one in signature.parameters.values() if one.annotation is Request), None)

        def handler(more: dict[str, Any]) -> Callable[..., Any]:
            return (more[taken] if taken else more.pop("_http")).app.router.handlers[name]

        async def on_loop(request: Any, **more: Any) -> Any:
            return await handler(more)(request, **more)

        def in_thread(request: Any, **more: Any) -> Any:
            return handler(more)(request, **more)

        handle = on_loop if inspect.iscoroutinefunction(like) else in_thread
        http = [] if taken else [inspect.Parameter("_http", inspect.Parameter.KEYWORD_ONLY, annotation=Request)]
        handle.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *http])  # type: ignore[attr-defined]
        return handle

    def bind_it(router: Any, dialect: Any, handlers: Any, **more: Any) -> None:
        router.handlers = {operation.name: handler for operation, handler in handlers.items()}
        known = (dialect.service, dialect.name, *sorted(more.items()))
        if known not in made:
            first = APIRouter()
            bind(first, dialect, {operation: handled_by_application(operation.name, one) for operation, one in handlers.items()}, **more)
            made[known] = first.routes
        router.routes.extend(made[known])

    return bind_it
