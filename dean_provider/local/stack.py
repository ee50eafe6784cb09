"""Airflow and the reference services on one machine, ready to use: what `dean demo`, `dean up` and the live tests stand on."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal

from typing_extensions import Self

from dean_provider.contract.service import ServiceName
from dean_provider.errors import NotFoundError, ServiceFailureError
from dean_provider.local import services
from dean_provider.local.airflow_home import AirflowHome, fingerprint
from dean_provider.local.api import AirflowApi, answers
from dean_provider.local.component import Component
from dean_provider.local.home import claim, templates_beside
from dean_provider.local.ports import HOST, Ports
from dean_provider.local.postgres import Postgres
from dean_provider.local.remote import Remote
from dean_provider.local.result import RESULT_FILE
from dean_provider.local.secrets import Secrets
from dean_provider.local.supervisor import Supervisor
from dean_provider.local.templates import prepare

__all__ = ["Database", "Stack"]

Database = Literal["sqlite", "postgres"]
_READY_SECONDS = 180.0
_ASK_SECONDS = 0.3
_MIGRATE_SECONDS = 300.0
_PARTS = ("metadatabase", "scheduler", "dag_processor")


class Stack:
    """One Airflow with IndexAgent and the Evolution API. A context manager: entering starts it, leaving stops it.

        with Stack(home) as stack:
            stack.airflow("dags", "trigger", "dean_evolution_trial")
            stack.api.get("/dags/dean_evolution_trial/dagRuns")
            stack.component("triggerer").signal(signal.SIGKILL)

    :param home: everything of it lives there: a new or empty folder, one with ``dags`` alone, or one that was a home before.
    :param python: interpreter of the services.
    :param airflow_python: interpreter of Airflow; the same by default.
    :param ports: where to listen; free ones by default.
    :param triggerers: how many; without any, deferrable tasks wait on the worker.
    :param services: whether to run the reference services.
    :param env: further environment variables, for Airflow's programs and the services alike.
    :param fresh: forget what an earlier run left in the home, logs excepted.
    :param templates: where migrated databases are kept for the next fresh start; see :func:`~dean_provider.local.home.templates_beside`.
    :param plain: start Airflow's programs as any installation does, not the sooner way (``launch.py``): for measuring.
    :param environ: the environment before cleaning; this process's own by default.
    :param grace_seconds: how long everything has to end by itself when stopped.
    :param say: told what happens, a few words at a time.
    """

    def __init__(
        self,
        home: Path,
        *,
        python: str = sys.executable,
        airflow_python: str | None = None,
        db: Database = "sqlite",
        ports: Ports | None = None,
        triggerers: int = 1,
        services: bool = True,
        env: Mapping[str, str] | None = None,
        fresh: bool = False,
        templates: Path | None = None,
        plain: bool = False,
        environ: Mapping[str, str] | None = None,
        grace_seconds: float = 5.0,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.home = home.resolve()
        self.ports = ports or Ports.free()
        self.supervisor = Supervisor(self.home, environ=environ)
        self._python = python
        self._airflow_python = airflow_python or python
        self._database = db
        self._triggerers = triggerers
        self._with_services = services
        self._env = dict(env or {})
        self._fresh = fresh
        self._templates = (templates or templates_beside(self.home)).absolute()
        self._plain = plain
        self._grace_seconds = grace_seconds
        self._say = say

    api: AirflowApi
    """Airflow's REST API, signed in; there once started."""

    secrets: Secrets
    """What protects the services and Airflow; there once started."""

    airflow_home: AirflowHome
    """Where Airflow lives; there once started."""

    indexagent: Remote
    """IndexAgent, there once started."""

    evolution: Remote
    """The Evolution API, there once started."""

    @property
    def indexagent_url(self) -> str:
        """Of IndexAgent."""
        return f"http://{HOST}:{self.ports.indexagent}"

    @property
    def evolution_url(self) -> str:
        """Of the Evolution API."""
        return f"http://{HOST}:{self.ports.evolution}"

    def start(self) -> None:
        """Start everything and wait until it is ready.

        :raises ConfigurationError: when the home is no folder of ours, another run uses it, or a port is taken.
        :raises ServiceFailureError: when a component dies.
        :raises RequestTimeoutError: when something does not get ready.
        """
        claim(self.home)
        self.supervisor.open()
        if self._fresh:  # at once: an earlier result must not be taken for that of a run that fails
            (self.home / RESULT_FILE).unlink(missing_ok=True)
        if self.supervisor.swept is not None:
            self._say(f"cleaned up after a run that died ({self.supervisor.swept} processes)")
        self.ports.check()
        if self._fresh:
            self._forget()
        self.secrets = Secrets.of(self.home)
        self._start_services()
        self._lay_out_airflow()
        self._migrate()
        airflow = self.airflow_home.programs(self._triggerers)
        self._say(f"starting Airflow: {', '.join(program.name for program in airflow)}")
        for program in airflow:
            self.supervisor.start(program)
        self.supervisor.wait_for(self._ready, "Airflow and the services to be ready", timeout=_READY_SECONDS, every=_ASK_SECONDS)

    def _forget(self) -> None:
        shutil.rmtree(self.home / "airflow", ignore_errors=True)
        for file in services.database_files(self.home):
            file.unlink(missing_ok=True)

    def _start_services(self) -> None:
        if not self._with_services:
            return
        self._say("starting IndexAgent and the Evolution API")
        for program in services.programs(self.home, python=self._python, ports=self.ports, secrets=self.secrets, extra=self._env):
            self.supervisor.start(program)
        self.indexagent = Remote(ServiceName.INDEXAGENT, self.indexagent_url, self.secrets.indexagent_token)
        self.evolution = Remote(ServiceName.EVOLUTION, self.evolution_url, self.secrets.evolution_token)

    def _lay_out_airflow(self) -> None:
        self.airflow_home = AirflowHome(
            self.home,
            python=self._airflow_python,
            ports=self.ports,
            secrets=self.secrets,
            database_url=self._start_postgres() if self._database == "postgres" else None,
            settings={**services.connections(self.ports, self.secrets), **self._env},
            plain=self._plain,
        )
        self.airflow_home.lay_out()
        self.api = AirflowApi(self.airflow_home.url, AirflowHome.USER, self.secrets.password)

    def _start_postgres(self) -> str:
        self._say("starting PostgreSQL")
        postgres = Postgres(self.supervisor.add_folder)
        postgres.prepare()
        self.supervisor.start(postgres.program())
        self.supervisor.wait_for(postgres.create_database, "PostgreSQL to accept connections", timeout=30)
        return postgres.url

    def _migrate(self) -> None:
        sign = fingerprint(self._airflow_python)
        if self.airflow_home.migrated(sign):
            return
        if self.airflow_home.empty:
            prepare(self.airflow_home.database_url, self._templates, sign, self._call_migrate)
        else:
            self._call_migrate()
        self.airflow_home.note_migrated(sign)

    def _call_migrate(self) -> None:
        self._say("making Airflow's database")
        self.supervisor.call(self.airflow_home.command("db", "migrate"), timeout=_MIGRATE_SECONDS)

    def _ready(self) -> bool:
        # The execution API is only put together at its first request, which takes seconds: better now than while a task waits for it.
        if not answers(f"{self.airflow_home.url}/execution/health"):
            return False
        health = self.api.health()
        parts = (*_PARTS, "triggerer") if self._triggerers else _PARTS
        if health is None or any((health.get(part) or {}).get("status") != "healthy" for part in parts):
            return False
        if self._with_services and not all(answers(f"{url}/health") for url in (self.indexagent_url, self.evolution_url)):
            return False
        return self._triggerers <= 1 or self._alive_triggerers() >= self._triggerers

    def _alive_triggerers(self) -> int:
        return int(self.api.get("/jobs", job_type="TriggererJob", is_alive="true")["total_entries"])

    def stop(self) -> None:
        """End everything; nothing is left when this returns."""
        self.supervisor.stop(grace_seconds=self._grace_seconds)

    def component(self, name: str) -> Component:
        """The running program called ``name``: indexagent, scheduler, triggerer, triggerer-2 …"""
        return self.supervisor.components[name]

    def airflow(self, *arguments: str, timeout: float = 120.0) -> str:
        """Run ``airflow …`` to its end with this stack's settings.

        :returns: its standard output.
        :raises ServiceFailureError: when it fails, or a component dies meanwhile.
        """
        return self.supervisor.call(self.airflow_home.command(*arguments), timeout=timeout)

    def wait_for(self, ready: Callable[[], bool], what: str, *, timeout: float = 120.0) -> None:
        """Wait until ``ready()`` while watching the components, see :meth:`Supervisor.wait_for`."""
        self.supervisor.wait_for(ready, what, timeout=timeout, every=_ASK_SECONDS)

    def pause(self, seconds: float) -> None:
        """Wait a little, while watching the components.

        :raises ServiceFailureError: when one died.
        """
        self.supervisor.check()
        time.sleep(seconds)

    def wait_for_dag(self, dag_id: str, *, timeout: float = 120.0) -> None:
        """Wait until the DAG processor has read ``dag_id``.

        :raises ServiceFailureError: when a DAG file of the bundle ``dean`` cannot be imported.
        """
        self.wait_for(lambda: self._has_dag(dag_id), f"DAG {dag_id} to be read", timeout=timeout)

    def _has_dag(self, dag_id: str) -> bool:
        try:
            self.api.get(f"/dags/{dag_id}")
        except NotFoundError:
            self._refuse_broken_files()
            return False
        return True

    def _refuse_broken_files(self) -> None:
        for broken in self.api.get("/importErrors")["import_errors"]:
            if broken["bundle_name"] == "dean":
                reason = broken["stack_trace"].strip().splitlines()[-1]
                raise ServiceFailureError(f"The DAG file {broken['filename']} cannot be imported: {reason}", details=broken)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
