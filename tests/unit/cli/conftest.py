"""A stand-in for an Airflow with the gateway: real HTTP, the contract's own table of operations, and data that a test sets."""

from __future__ import annotations

import json
import re
import string
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID, uuid5

import jwt
import pytest
from pydantic import BaseModel, ValidationError

from dean_provider.cli.main import main
from dean_provider.contract.alert import Incident, IncidentPage, IncidentStatus, RuleList, Silence, SilenceList
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events.envelope import Actor, ActorKind, Event, EventPage
from dean_provider.contract.installation import ServiceCheck, Status
from dean_provider.contract.monitoring import ServiceState
from dean_provider.contract.pattern import Effectiveness, Pattern, PatternPage, PatternStatus
from dean_provider.contract.population import Agent, AgentPage, Lineage, Released
from dean_provider.contract.problem import MEDIA_TYPE, to_problem
from dean_provider.contract.service import HealthStatus, TextDocument
from dean_provider.contract.steering import Access, Comparison, Difference, Requested
from dean_provider.contract.workflow import Head, MetricsPage, MetricsPoint, WorkflowDetail, WorkflowPage, WorkflowStatus
from dean_provider.errors import AuthenticationError, DeanError, InvalidConfigurationError, NotFoundError
from dean_provider.plugins.api.resources.health import overall

NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
NAMESPACE = UUID("11111111-2222-4333-8444-555555555555")
USER, PASSWORD = "ada", "correct horse"


def make_trial(name: str, status: str = "running", generation: int = 2, **fields: Any) -> WorkflowDetail:
    defaults: dict[str, Any] = {
        "id": uuid5(NAMESPACE, name),
        "name": name,
        "owner": USER,
        "trial_id": f"t-{name}",
        "dag_id": "dean_evolution_trial",
        "run_id": f"manual__{name}",
        "objective": "sphere",
        "seed": 7,
        "generation": generation,
        "generations": 4,
        "best_fitness": -1.5 if generation >= 0 else None,
        "mean_fitness": -3.25 if generation >= 0 else None,
        "diversity": 0.5 if generation >= 0 else None,
        "tokens_used": 180,
        "created_at": NOW,
        "updated_at": NOW,
        "sequence": 5,
        "configuration": {"seed": 7, "population_size": 60},
        "head": Head(sequence=5, hash="ab" * 32),
    }
    return WorkflowDetail(status=WorkflowStatus(status), **{**defaults, **fields})


def make_point(generation: int) -> MetricsPoint:
    return MetricsPoint(
        generation=generation,
        best_fitness=-10.0 + generation,
        mean_fitness=-12.0 + generation,
        worst_fitness=-20.0,
        diversity=0.5,
        tokens_used=60 * (generation + 1),
        evaluations=60,
        elapsed_seconds=2.0 * generation,
        completed_at=NOW + timedelta(seconds=2 * generation),
        best_agent_id=f"p-{generation}-0",
    )


def make_event(trial: WorkflowDetail, sequence: int, event_type: str = "generation.completed", **details: Any) -> Event:
    return Event(
        id=uuid5(trial.id, str(sequence)),
        workflow_id=trial.id,
        sequence=sequence,
        event_type=event_type,
        schema_version=1,
        timestamp=NOW,
        actor=Actor(kind=ActorKind.TASK, name=f"{trial.dag_id}/{trial.run_id}/await_evolution/-1"),
        idempotency_key=f"{event_type}:{sequence}",
        details=details or {"generation": {"generation": sequence, "best_fitness": -1.23456789}},
        previous_hash="",
        hash="ef" * 32,
    )


class StandIn(ThreadingHTTPServer):
    """Does what :data:`gateway.OPERATIONS` say, for those who are signed in.

    ``asked`` keeps every operation with its request and headers. ``failing`` makes an operation fail; ``before`` is called before an
    operation is done, so that a test can let time pass.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.prefix = ""
        self.trials: dict[UUID, WorkflowDetail] = {}
        self.events: dict[UUID, list[Event]] = {}
        self.points: dict[UUID, list[MetricsPoint]] = {}
        self.agents: list[Agent] = []
        self.patterns: list[Pattern] = []
        self.incidents: list[Incident] = []
        self.rules = RuleList(rules=[])
        self.silences: list[Silence] = []
        self.status = HealthStatus.HEALTHY
        self.watched = ("airflow", "healthy")
        self.asked: list[tuple[str, Any, dict[str, str]]] = []
        self.failing: dict[str, DeanError] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.keys: dict[str, WorkflowDetail] = {}
        self.revoked: set[str] = set()
        self.revokes = True
        self.cookies: list[str] = []
        self.page_size = 1000
        self._routes = [
            (operation, route.method, _pattern(route.path))
            for operation in gateway.OPERATIONS
            if (route := gateway.REFERENCE.routes[operation.name])
        ]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{self.prefix}"

    def token(self, user: str = USER) -> str:
        return jwt.encode({"sub": user, "exp": 2_000_000_000}, "secret-of-the-stand-in-which-is-long", algorithm="HS256")

    def add(self, *trials: WorkflowDetail) -> None:
        for trial in trials:
            self.trials[trial.id] = trial

    def operations(self) -> list[str]:
        return [name for name, _, _ in self.asked]

    def last(self, name: str) -> Any:
        return next(request for asked, request, _ in reversed(self.asked) if asked == name)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no failure of the test."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    def find(self, method: str, path: str) -> tuple[Any, dict[str, str]] | None:
        for operation, spelled, pattern in self._routes:
            if spelled == method and (match := pattern.fullmatch(path)):
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None

    def do(self, name: str, request: Any, key: str | None) -> BaseModel:
        if name in self.before:
            self.before[name]()
        if name in self.failing:
            raise self.failing[name]
        answer: BaseModel = getattr(self, f"_{name}")(request, key) if name in _STEERING else getattr(self, f"_{name}")(request)
        return answer

    def _trial(self, request: Any) -> WorkflowDetail:
        try:
            return self.trials[request.workflow_id]
        except KeyError:
            raise NotFoundError(f"There is no trial {request.workflow_id}.") from None

    def _paged(self, items: list[Any], request: Any) -> tuple[list[Any], str | None]:
        start = int(request.cursor or 0)
        end = start + min(request.limit, self.page_size)
        return items[start:end], str(end) if end < len(items) else None

    def _list_trials(self, request: Any) -> WorkflowPage:
        wanted = [
            trial
            for trial in self.trials.values()
            if request.status in (None, trial.status) and request.name in (None, trial.name) and _holds(trial, request.search)
        ]
        page, cursor = self._paged(wanted, request)
        return WorkflowPage(workflows=page, next_cursor=cursor)

    def _read_trial(self, request: Any) -> WorkflowDetail:
        return self._trial(request)

    def _read_metrics(self, request: Any) -> MetricsPage:
        end = request.end if request.end is not None else 10**9
        points = [point for point in self.points.get(request.workflow_id, []) if request.start <= point.generation <= end]
        return MetricsPage(generations=len(points), sampled=False, points=points)

    def _list_events(self, request: Any) -> EventPage:
        found = [
            event
            for event in self.events.get(request.workflow_id, [])
            if event.sequence > request.after and request.event_type in (None, event.event_type)
        ]
        page, cursor = self._paged(found, request)
        return EventPage(events=page, next_cursor=cursor)

    def _requested(self, name: str, key: str | None, **fields: Any) -> Requested:
        created = key not in self.keys
        if created:
            self.keys[key or ""] = make_trial(name, "requested", -1, **fields)
            self.add(self.keys[key or ""])
        return Requested(workflow=self.keys[key or ""], created=created)

    def _request_trial(self, request: Any, key: str | None) -> Requested:
        return self._requested(str(request.config.get("name", "new")), key, dag_id=request.dag_id)

    def _fork_trial(self, request: Any, key: str | None) -> Requested:
        return self._requested("child", key, parent_id=self._trial(request).id, parent_generation=request.generation)

    def _replay_trial(self, request: Any, key: str | None) -> Requested:
        return self._requested(f"replay of {self._trial(request).name}", key)

    def _steered(self, request: Any, status: str) -> WorkflowDetail:
        trial = self._trial(request).model_copy(update={"status": WorkflowStatus(status)})
        self.add(trial)
        return trial

    def _cancel_trial(self, request: Any) -> WorkflowDetail:
        return self._steered(request, "cancelled")

    def _pause_trial(self, request: Any) -> WorkflowDetail:
        return self._steered(request, "paused")

    def _resume_trial(self, request: Any) -> WorkflowDetail:
        return self._steered(request, "running")

    def _apply_patterns(self, request: Any) -> WorkflowDetail:
        return self._trial(request)

    def _compare_trials(self, request: Any) -> Comparison:
        trials = [self.trials[workflow_id] for workflow_id in request.workflow_ids]
        names = sorted({name for trial in trials for name in trial.configuration})
        values = {name: [trial.configuration.get(name) for trial in trials] for name in names}
        return Comparison(
            trials=trials,
            differences=[Difference(field=name, values=each) for name, each in values.items() if len(set(map(str, each))) > 1],
            same_digest=len({trial.digest for trial in trials}) == 1,
        )

    def _read_report(self, request: Any) -> TextDocument:
        return TextDocument(text=f"<!doctype html><title>{self._trial(request).name} \N{BULLET} report</title>")

    def _read_access(self, request: Any) -> Access:
        return Access(user=USER, allowed={"read": True, "configure": False}, reasons={"configure": "needs the configuration right"})

    def _read_status(self, request: Any) -> Status:
        checks = {
            "indexagent": ServiceCheck(status=self.status, since=NOW, latency_seconds=0.0123, message=""),
            "record": ServiceCheck(status=HealthStatus.HEALTHY),
        }
        watched = [ServiceState(name="one-more", kind=self.watched[0], status=self.watched[1], since=NOW, message="no heartbeat")]
        return Status(
            status=overall(checks, watched),
            version="0.1.0",
            airflow_version="3.3.2",
            services=checks,
            watched=watched,
            trials={"running": len(self.trials), "failed": 0},
            user=USER,
            timestamp=NOW,
        )

    def _list_trial_agents(self, request: Any) -> AgentPage:
        self._trial(request)
        page, cursor = self._paged([agent for agent in self.agents if request.generation in (None, agent.generation)], request)
        return AgentPage(agents=page, next_cursor=cursor)

    def _read_trial_agent(self, request: Any) -> Agent:
        for agent in self.agents:
            if agent.agent_id == request.agent_id:
                return agent
        raise NotFoundError(f"There is no agent {request.agent_id!r}.")

    def _read_trial_lineage(self, request: Any) -> Lineage:
        agent = self._read_trial_agent(request)
        return Lineage(agent=agent, ancestors=[other for other in self.agents if other.agent_id in agent.parent_ids])

    def _list_patterns(self, request: Any) -> PatternPage:
        page, cursor = self._paged([each for each in self.patterns if request.status in (None, each.status)], request)
        return PatternPage(patterns=page, next_cursor=cursor)

    _list_trial_patterns = _list_patterns

    def _list_alerts(self, request: Any) -> IncidentPage:
        wanted = [one for one in self.incidents if request.open is not True or one.status.value != "resolved"]
        page, cursor = self._paged(wanted, request)
        return IncidentPage(incidents=page, next_cursor=cursor)

    def _acknowledge_alert(self, request: Any) -> Incident:
        found = next(one for one in self.incidents if one.incident_id == request.incident_id)
        told = {"status": IncidentStatus.ACKNOWLEDGED, "acknowledged_by": USER, "comment": request.comment}
        return found.model_copy(update=told)

    def _list_rules(self, request: Any) -> RuleList:
        return self.rules

    def _list_silences(self, request: Any) -> SilenceList:
        return SilenceList(silences=self.silences)

    def _add_silence(self, request: Any) -> Silence:
        told = request.model_dump(include={"rule", "labels", "comment"})
        ends_at = NOW + timedelta(seconds=request.seconds)
        self.silences.append(Silence(silence_id=NAMESPACE, created_by=USER, created_at=NOW, ends_at=ends_at, **told))
        return self.silences[-1]

    def _end_silence(self, request: Any) -> Released:
        return Released(released=any(one.silence_id == request.silence_id for one in self.silences))


_STEERING = {"request_trial", "fork_trial", "replay_trial"}


def _holds(trial: WorkflowDetail, search: str | None) -> bool:
    text = (search or "").lower()
    return text in f"{trial.name} {trial.trial_id}".lower() or trial.id.hex.startswith(text.replace("-", ""))


def _pattern(path: str) -> re.Pattern[str]:
    parts = [re.escape(literal) + (f"(?P<{name}>[^/]+)" if name else "") for literal, name, _, _ in string.Formatter().parse(path)]
    return re.compile("".join(parts))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def _answer(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = address.path.removeprefix(self.server.prefix)
        if path == "/auth/token":
            self._sign_in(json.loads(body))
        elif path == "/api/v2/auth/logout":
            self.server.cookies.append(self.headers.get("Cookie", ""))
            if self.server.revokes:
                self.server.revoked.add(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._send(307, b"", {"Location": "/auth/login"})
        elif path == "/ui/auth/me":
            known = self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.server.revoked
            self._send(200 if known else 401, b"{}")
        elif (found := self.server.find(self.command, path)) is None:
            self._send(200, b"<!doctype html>Airflow's own page", {"Content-Type": "text/html"})
        else:
            self._operate(*found, query=dict(parse_qsl(address.query, keep_blank_values=True)), body=json.loads(body) if body else {})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names that the standard library wants

    def _sign_in(self, given: dict[str, str]) -> None:
        if given == {"username": USER, "password": PASSWORD}:
            self._send(201, json.dumps({"access_token": self.server.token()}).encode())
        else:
            self._send(401, b'{"detail": "Invalid credentials"}')

    def _operate(self, operation: Any, inside: dict[str, str], *, query: dict[str, str], body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            if headers.get("authorization") != f"Bearer {self.server.token()}" or self.server.token() in self.server.revoked:
                raise AuthenticationError("Not signed in.", details={"sent": headers.get("authorization", "")})
            request = operation.request.model_validate({**query, **body, **inside})
            self.server.asked.append((operation.name, request, headers))
            answer = self.server.do(operation.name, request, headers.get("idempotency-key"))
        except ValidationError as error:
            self._fail(InvalidConfigurationError(str(error)))
        except DeanError as error:
            self._fail(error)
        else:
            self._succeed(answer, headers.get("if-none-match"))

    def _succeed(self, answer: BaseModel, known: str | None) -> None:
        etag = f'"{getattr(answer, "sequence", 0)}-{getattr(answer, "status", "")}"'
        if known == etag:
            self._send(304, b"", {"ETag": etag})
        elif isinstance(answer, TextDocument):
            self._send(200, answer.text.encode(), {"Content-Type": "text/html; charset=utf-8"})
        else:
            self._send(200, answer.model_dump_json().encode(), {"ETag": etag})

    def _fail(self, error: DeanError) -> None:
        self._send(error.status, to_problem(error).model_dump_json().encode(), {"Content-Type": MEDIA_TYPE})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a test looks at ``asked``."""


@pytest.fixture
def gateway_there() -> Iterator[StandIn]:
    """An Airflow with a gateway, somewhere."""
    server = StandIn()
    yield server
    server.stop()


@pytest.fixture
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for what commands keep, and an environment that says nothing else."""
    for name in ("DEAN_URL", "DEAN_TOKEN", "DEAN_USER", "DEAN_PASSWORD", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def signed_in(gateway_there: StandIn, state_home: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A gateway whom the commands know, by the environment."""
    monkeypatch.setenv("DEAN_URL", gateway_there.url)
    monkeypatch.setenv("DEAN_TOKEN", gateway_there.token())
    return gateway_there


@pytest.fixture
def dean(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def trial() -> Callable[..., WorkflowDetail]:
    return make_trial


@pytest.fixture
def point() -> Callable[[int], MetricsPoint]:
    return make_point


@pytest.fixture
def event() -> Callable[..., Event]:
    return make_event


@pytest.fixture
def agent() -> Callable[..., Agent]:
    def make(agent_id: str, generation: int = 0, **fields: Any) -> Agent:
        return Agent(**{"agent_id": agent_id, "generation": generation, "genome": [1.0, 2.0], "fitness": -1.0, **fields})

    return make


@pytest.fixture
def pattern() -> Callable[..., Pattern]:
    def make(pattern_id: str, status: str = "accepted") -> Pattern:
        effect = Effectiveness(mean=0.5, low=0.1, high=0.9, agents=60)
        return Pattern(
            pattern_id=pattern_id, description="x0 near 0", status=PatternStatus(status), effectiveness=effect, discovered_at=NOW
        )

    return make


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., UUID]:
    """Tells facts to a record in a database of the test's own, which the commands then work on; gives the workflow's id.

    Its attribute ``sessions`` opens sessions there.
    """
    from contextlib import contextmanager

    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    from dean_provider.cli import database
    from dean_provider.contract.events import ReportedFact
    from dean_provider.contract.workflow import Origin
    from dean_provider.state import signing
    from dean_provider.state.record import append
    from dean_provider.state.tables import Base

    engine = create_engine(f"sqlite:///{tmp_path}/record.db")
    Base.metadata.create_all(engine)
    keys = signing.Keys()

    @contextmanager
    def sessions() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session

    def tell(number: int, *facts: Any, now: datetime = NOW) -> UUID:
        told, actor = [ReportedFact.of(fact) for fact in facts], Actor(kind=ActorKind.TASK, name="task")
        with sessions() as session:
            append(session, UUID(int=number), told, actor=actor, origin=Origin(dag_id="d", run_id="r"), now=now, keys=keys)
        return UUID(int=number)

    monkeypatch.setattr(database, "record_sessions", lambda: sessions)
    monkeypatch.setattr(signing, "installed_keys", lambda: keys)
    tell.sessions = sessions  # type: ignore[attr-defined]
    yield tell
    engine.dispose()
