"""Airflow's own API server with the gateway in it, once with each auth manager, as processes on free ports."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psutil
import pytest

from dean_provider.operators.identity import trial_id
from tests.integration.plugins.live import live

__all__ = ["live"]

ZYGOTE = Path(__file__).with_name("zygote.py")
SECRET = "a-secret-of-the-gateway-for-tests-only"
AIRFLOWS_SECRET = "airflows-own-secret-for-tests-only-0123456789-0123456789-0123456789"
FERNET_KEY = base64.urlsafe_b64encode(b"0" * 32).decode()
METRICS_TOKEN = "metrics-token-for-tests"
NAMESPACE = UUID("5b1d1f0e-64a7-4a6e-8f0d-3d0a2c7b9e11")
ROLES = {"simple": ("viewer", "user", "op", "admin"), "fab": ("viewer", "user", "op", "admin", "custom")}
RUNNING, COMPLETED, HIDDEN = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2, 3))
START_SECONDS = 120.0


@dataclass
class Server:
    """One API server.

    :param prefix: path of Airflow itself, for example ``/af``.
    :param process: to be killed.
    """

    auth: str
    home: Path
    port: int
    tokens: dict[str, str]
    prefix: str = ""
    process: psutil.Process | None = None
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> dict[str, str]:
        """The setting of Airflow's database, for another server beside this one."""
        return {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _database(self.home), "DEAN_TEST_PREPARED": "1"}

    def send(self, method: str, path: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        return self.http.request(method, f"{self.origin}{self.prefix}{path}", headers=headers, **more)

    def call(self, method: str, path: str, role: str | None = "admin", **more: Any) -> httpx.Response:
        """A request to the gateway's API as a user of that role."""
        return self.send(method, f"/dean/api/v1{path}", token=self.tokens[role] if role else None, **more)

    def fresh_token(self, role: str) -> str:
        """Another session of that role's user."""
        claims = jwt.decode(self.tokens[role], options={"verify_signature": False})
        return jwt.encode({**claims, "jti": uuid4().hex}, AIRFLOWS_SECRET, algorithm="HS512", headers={"kid": "not-used"})

    @staticmethod
    def execution_of(run_id: str, dag_id: str = "dean_evolution_trial") -> str:
        """Id of the trial that the run starts."""
        return trial_id(NAMESPACE, dag_id=dag_id, run_id=run_id, task_id="start_evolution")

    def task_token(self, *, secret: str = SECRET, **claims: Any) -> str:
        now = int(time.time())
        known = {
            "sub": "dean_evolution_trial.start_evolution",
            "dag_id": "dean_evolution_trial",
            "run_id": "running",
            "task_id": "start_evolution",
            "map_index": -1,
            "aud": "dean-gateway",
            "iat": now,
            "exp": now + 60,
        }
        return jwt.encode({**known, **claims}, secret, algorithm="HS256")


def _database(home: Path) -> str:
    return f"sqlite:///{home}/airflow.db"


def _nowhere(service: str) -> str:
    """A connection to a service that is not there."""
    extra = {"dialect": "reference", "attempts": 1, "breaker_threshold": 1000}
    return json.dumps({"conn_type": f"dean_{service}", "host": "127.0.0.1", "port": 9, "extra": extra})


def _everywhere() -> dict[str, str]:
    """What all servers have in common."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN_"))}
    return {
        **kept,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__API_AUTH__JWT_SECRET": AIRFLOWS_SECRET,
        "AIRFLOW__CORE__FERNET_KEY": FERNET_KEY,
        "AIRFLOW__DEAN__METRICS_TOKEN": METRICS_TOKEN,
        "AIRFLOW__DEAN__NAMESPACE": str(NAMESPACE),
        "AIRFLOW__DEAN__GATEWAY_REQUESTS_PER_SECOND": "0",
        **{f"AIRFLOW_CONN_DEAN_{service.upper()}_DEFAULT": _nowhere(service) for service in ("evolution", "indexagent")},
        "DEAN_PLUGIN_API": "1",
        "DEAN_TEST_GATEWAY_SECRET": SECRET,
        "_AIRFLOW_PROCESS_CONTEXT": "server",
    }


def _environment(auth: str, home: Path, prefix: str) -> dict[str, str]:
    manager = {
        "simple": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "fab": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    }
    return {
        **_everywhere(),
        "AIRFLOW_HOME": str(home),
        # What Airflow has in its home, one by one: the process that a server is forked from has read where that is.
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "simple_auth_manager_passwords.json.generated"),
        "AIRFLOW__FAB__CONFIG_FILE": str(home / "webserver_config.py"),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__CORE__AUTH_MANAGER": manager[auth],
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _database(home),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1{prefix}/" if prefix else "",
    }


@dataclass
class Zygote:
    """Forks API servers, with the Airflow of that interpreter."""

    python: str
    log: Path

    def __post_init__(self) -> None:
        # Airflow is imported without being initialised, with a home that nothing can be written to.
        env = {**_everywhere(), "_AIRFLOW__AS_LIBRARY": "1", "AIRFLOW_HOME": "/dev/null/airflow"}
        with self.log.open("w") as output:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": output}
            self._process = subprocess.Popen([self.python, ZYGOTE], env=env, text=True, start_new_session=True, **pipes)

    def fork(self, **order: Any) -> psutil.Process:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        told = self._process.stdout.readline()
        assert told, self.log.read_text("utf-8")[-4000:]
        return psutil.Process(int(told))

    def end(self) -> None:
        self._process.communicate()


def _ready(process: psutil.Process, ready: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.is_running():
        if ready.exists():
            found: dict[str, Any] = json.loads(ready.read_text("utf-8"))
            return found
        time.sleep(0.1)
    raise AssertionError(f"the API server did not start:\n{log.read_text('utf-8')[-4000:]}")


def _send_when_it_listens(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            server.send("GET", "/dean/openapi.json")
        except httpx.TransportError:  # noqa: PERF203 - until it listens
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the API server does not answer:\n{log.read_text('utf-8')[-4000:]}")


@contextmanager
def _servers(tmp_path_factory: pytest.TempPathFactory, templates: Path, zygotes: dict[str, Zygote]) -> Iterator[Callable[..., Server]]:
    started: list[psutil.Process] = []

    with ExitStack() as clients:

        def start(auth: str, prefix: str = "", python: str = sys.executable, **env: str) -> Server:
            home = tmp_path_factory.mktemp(f"airflow-{auth}")
            (home / "dags").mkdir()
            log, ready = home / "server.log", home / "ready.json"
            if python not in zygotes:
                zygotes[python] = Zygote(python, tmp_path_factory.mktemp("zygote") / "zygote.log")
            environment = {**_environment(auth, home, prefix), "DEAN_TEST_TEMPLATES": str(templates), **env}
            process = zygotes[python].fork(auth=auth, ready=str(ready), log=str(log), environment=environment)
            started.append(process)
            found = _ready(process, ready, log)
            server = Server(auth, home, found["port"], found["tokens"], prefix, process)
            clients.enter_context(server.http)
            _send_when_it_listens(server, log)
            return server

        try:
            yield start
        finally:
            for process in started:
                with suppress(psutil.NoSuchProcess):
                    process.terminate()
            _, left = psutil.wait_procs(started, 20)
            for process in left:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def servers(
    tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[Callable[[], AbstractContextManager[Callable[..., Server]]]]:
    """Contexts that start API servers, which end with the context."""
    zygotes: dict[str, Zygote] = {}
    yield lambda: _servers(tmp_path_factory, run_folder / "databases", zygotes)
    for zygote in zygotes.values():
        zygote.end()


@pytest.fixture
def start_server(servers: Any) -> Iterator[Callable[..., Server]]:
    """Starts API servers of the test's own."""
    with servers() as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_server(servers: Any) -> Iterator[Callable[..., Server]]:
    """Starts API servers that the tests of a file share."""
    with servers() as start:
        yield start


@pytest.fixture(scope="session")
def simple(servers: Any) -> Iterator[Server]:
    with servers() as start:
        yield start("simple")


@pytest.fixture(scope="session")
def fab(servers: Any) -> Iterator[Server]:
    with servers() as start:
        yield start("fab")
