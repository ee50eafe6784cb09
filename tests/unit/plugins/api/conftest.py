"""The gateway on a database of its own, with callers, services and an Airflow that do what a test tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dean_provider.config import ProviderSettings
from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.trial import TrialCompleted, TrialStarted, TrialValidated
from dean_provider.contract.workflow import Origin
from dean_provider.errors import AuthenticationError
from dean_provider.plugins.api import variables
from dean_provider.plugins.api.app import build_app
from dean_provider.plugins.api.authority import Authority
from dean_provider.plugins.api.caller import Caller, CallerKind
from dean_provider.plugins.api.database import unavailable_database
from dean_provider.plugins.api.serving import Room
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.plugins.api.task_token import TaskClaims
from dean_provider.state import record
from dean_provider.state.signing import Keys

ROLES = ("viewer", "user", "op", "admin")
ALL = {"mine", "others"}


class Manager:
    """An auth manager with Simple's roles, and with DAGs that only some may read."""

    def _order(self, user: Any) -> int:
        return ROLES.index(user.role)

    def is_authorized_dag(self, *, method: str, access_entity: Any, details: Any, user: Any) -> bool:
        if details is not None and details.id not in user.dag_ids:
            return False
        return method == "GET" or self._order(user) >= 1

    def is_authorized_configuration(self, *, method: str, details: Any, user: Any) -> bool:
        return method == "GET" or self._order(user) >= 2

    def is_authorized_variable(self, *, method: str, details: Any, user: Any) -> bool:
        return self._order(user) >= 2

    def is_authorized_connection(self, *, method: str, details: Any, user: Any) -> bool:
        return self._order(user) >= 2

    def get_authorized_dag_ids(self, *, user: Any, method: str, session: Session) -> set[str]:
        return set(user.dag_ids)


def identify(request: Any) -> Any:
    """The caller a header names: ``user:<role>[:<dag>]``, ``task:<dag>[:<run>]``, ``scraper``; nobody without one."""

    async def found() -> Caller:
        kind, _, rest = request.headers.get("x-caller", "").partition(":")
        if kind == "user":
            role, _, dag_id = rest.partition(":")
            user = SimpleNamespace(role=role, dag_ids={dag_id} if dag_id else ALL)
            return Caller(CallerKind.USER, role, "192.0.2.1", user=user, by_cookie="cookie" in request.headers)
        if kind == "task":
            dag_id, _, run_id = rest.partition(":")
            claims = TaskClaims(sub=f"task {dag_id}", dag_id=dag_id, run_id=run_id or "run", task_id="trial.start_evolution")
            return Caller(CallerKind.TASK, claims.sub, task=claims)
        if kind == "scraper":
            return Caller(CallerKind.SCRAPER, "metrics")
        raise AuthenticationError("Nobody is signed in.")

    return found()


class Client:
    """Sends requests to an application that lives on a loop of its own, with its lifespan."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app = app
        self.portal = portal
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.1", 1))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.portal.call(partial(self._http.request, method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def get_together(self, paths: list[str], **more: Any) -> list[httpx.Response]:
        """All of them at once."""

        async def run() -> list[httpx.Response]:
            return list(await asyncio.gather(*(self._http.get(path, **more) for path in paths)))

        return self.portal.call(run)


@dataclass
class FakeAirflow:
    """Airflow's API as steering needs it."""

    created: list[dict[str, Any]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    refusal: Exception | None = None

    async def create_run(self, credentials: Any, dag_id: str, run_id: str, conf: Any, note: str | None = None) -> bool:
        if self.refusal:
            raise self.refusal
        known = any(run["run_id"] == run_id for run in self.created)
        if not known:
            self.created.append({"dag_id": dag_id, "run_id": run_id, "conf": dict(conf), "note": note, "credentials": dict(credentials)})
        return not known

    async def conf_of_run(self, credentials: Any, dag_id: str, run_id: str) -> dict[str, Any] | None:
        return next((run["conf"] for run in self.created if (run["dag_id"], run["run_id"]) == (dag_id, run_id)), None)

    async def end_run(self, credentials: Any, dag_id: str, run_id: str) -> None:
        if self.refusal:
            raise self.refusal
        self.ended.append((dag_id, run_id))


@dataclass
class Gateway:
    """The application with what is around it.

    :param services: answers by service; set before the first call.
    """

    client: Client
    engine: Engine
    airflow: FakeAirflow
    around: Surroundings
    evolution: Any
    indexagent: Any
    conn_ids: list[str | None] = field(default_factory=list)
    """Over which connections the Evolution API was asked."""

    def call(self, method: str, path: str, caller: str = "user:admin", **more: Any) -> Any:
        headers = {"x-caller": caller, **more.pop("headers", {})} if caller else more.pop("headers", {})
        return self.client.request(method, path if path.startswith("/openapi") else f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, caller: str = "user:admin", **more: Any) -> Any:
        return self.call("GET", path, caller, **more)

    def post(self, path: str, json: Any = None, caller: str = "user:admin", **more: Any) -> Any:
        return self.call("POST", path, caller, json=json, **more)

    def tell(self, workflow_id: UUID, *facts: Any, dag_id: str = "mine", run_id: str = "run", **more: Any) -> None:
        told = [fact if isinstance(fact, ReportedFact) else ReportedFact.of(fact) for fact in facts]
        options = {"actor": Actor(kind=ActorKind.TASK, name="task"), "origin": Origin(dag_id=dag_id, run_id=run_id), "keys": Keys(), **more}
        with Session(self.engine) as session, session.begin():
            record.append(session, workflow_id, told, **options)

    def trial(self, *, dag_id: str = "mine", completed: bool = False, config: dict[str, Any] | None = None, **more: Any) -> UUID:
        """A trial that runs, or has completed."""
        workflow_id = uuid4()
        settings = {"name": "one", "objective": "sphere", "seed": 7, "population_size": 12, **(config or {})}
        started = [
            TrialValidated(trial_id=f"t-{workflow_id}", config=settings, connections={"evolution": "evo"}),
            TrialStarted(trial_id=f"t-{workflow_id}", population_id=f"p-{workflow_id}"),
        ]
        ended = [TrialCompleted(generation=4, best_fitness=1.0, digest="ab" * 32)] if completed else []
        self.tell(workflow_id, *started, *ended, dag_id=dag_id, **more)
        return workflow_id


@pytest.fixture
def engine(tmp_path: Path, record_file: Callable[[Path], AbstractContextManager[Engine]]) -> Iterator[Engine]:
    with record_file(tmp_path / "state.db") as made:
        yield made


@pytest.fixture
def make_gateway(
    engine: Engine, bind_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch, evolution_hook: Any, indexagent_hook: Any
) -> Iterator[Callable[..., Gateway]]:
    monkeypatch.setattr("dean_provider.plugins.api.app.bind", bind_once)
    monkeypatch.setattr(Authority, "_manager", property(lambda _: Manager()))
    monkeypatch.setattr("dean_provider.plugins.api.authority._team", lambda _: None)
    opened = ExitStack()
    portal = opened.enter_context(start_blocking_portal())

    @contextmanager
    def sessions() -> Iterator[Session]:
        try:
            with Session(engine) as session, session.begin():
                yield session
        except Exception as error:
            unavailable = unavailable_database(error)
            if unavailable is None:
                raise
            raise unavailable from error

    def make(evolution: Any = None, indexagent: Any = None, **settings: Any) -> Gateway:
        evolution, indexagent = evolution_hook(evolution or {}), indexagent_hook(indexagent or {})
        given = ProviderSettings(namespace=UUID(int=1), **settings)
        airflow = FakeAirflow()
        conn_ids: list[str | None] = []

        def over(conn_id: str | None, _: str | None) -> Any:
            conn_ids.append(conn_id)
            return evolution

        around = Surroundings(
            given,
            Room(sessions=sessions),
            airflow,  # type: ignore[arg-type]
            evolution=over,
            indexagent=lambda conn_id, _: indexagent,
        )
        app = build_app(given, around=around, identify=identify, jobs=lambda _: [])
        opened.enter_context(portal.wrap_async_context_manager(app.router.lifespan_context(app)))
        return Gateway(Client(app, portal), engine, airflow, around, evolution, indexagent, conn_ids)

    with opened:
        yield make


@pytest.fixture
def held_variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Airflow's Variables as the gateway finds and leaves them."""
    held: dict[str, str] = {}

    def row(_session: Any, key: str) -> Any:
        return SimpleNamespace(get_val=lambda: held[key]) if key in held else None

    monkeypatch.setattr(variables, "read", held.get)
    monkeypatch.setattr(variables, "locked", row)
    monkeypatch.setattr(variables, "write", lambda _session, key, text, description: held.update({key: text}))
    return held


@pytest.fixture
def gateway(make_gateway: Callable[..., Gateway]) -> Gateway:
    return make_gateway()
