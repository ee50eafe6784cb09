"""An Airflow of our own in one folder: its settings, its programs, its migrated database."""

from __future__ import annotations

import hashlib
import json
import shlex
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import dean_provider
from dean_provider.local.component import Program
from dean_provider.local.ports import HOST, Ports
from dean_provider.local.secrets import Secrets

__all__ = ["FILES_STAY", "AirflowHome", "fingerprint"]

FILES_STAY = {"AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "300", "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300"}
"""Settings for when no DAG file changes after the start: none is looked at again."""

_LAUNCH = Path(__file__).with_name("launch.py")
_BUNDLES = [
    {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}},
    {"name": "dean", "classpath": "dean_provider.bundle.DeanDagBundle", "kwargs": {}},
]

_PATIENCE_SECONDS = 60
"""For which SQLite waits while another process writes. Python's five seconds pass on a busy disk, and Airflow's scheduler ends then.

Not in the API server: it writes who asked for what on its event loop, while a request that has written already may need the loop to come
to its commit. Then both wait until SQLite gives up, and everybody else for them; so they wait Python's five seconds, and all others longer.
"""
_WAITING = f"?timeout={_PATIENCE_SECONDS}"

_FORGET = "for name in $(env | sed -n 's/^\\(AIRFLOW[^=]*\\)=.*/\\1/p'); do unset \"$name\"; done\n"


def fingerprint(python: str) -> str:
    """Changes when a migrated database may no longer fit: with any installed distribution or any file of this package."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    library = Path(subprocess.check_output([python, "-I", "-c", query], text=True).strip())  # noqa: S603  our own interpreter
    sign = hashlib.sha256(python.encode())
    for entry in sorted(library.glob("*.dist-info")):
        sign.update(entry.name.encode())
    package = Path(dean_provider.__file__).parent
    for file in sorted(package.rglob("*.py")):
        sign.update(f"{file.relative_to(package)} {file.stat().st_mtime_ns}".encode())
    return sign.hexdigest()[:16]


class AirflowHome:
    """Where an Airflow lives and how it is set up.

    :param home: the run's home; Airflow's own is ``airflow`` below it.
    :param python: interpreter that has Airflow and this package.
    :param database_url: SQLAlchemy URL of the metadata database; a SQLite file in the home by default.
    :param settings: environment variables on top of ours; these win.
    :param plain: Airflow's command as it is, not by ``launch.py``.
    """

    USER = "admin"

    def __init__(
        self,
        home: Path,
        *,
        python: str,
        ports: Ports,
        secrets: Secrets,
        database_url: str | None,
        settings: Mapping[str, str],
        plain: bool = False,
    ) -> None:
        self.path = home / "airflow"
        self.dags = home / "dags"
        self.reports = home / "reports"
        self.python = python
        self._ports = ports
        self._secrets = secrets
        self._launch = () if plain else (str(_LAUNCH),)
        self._sqlite = None if database_url else self.path / "airflow.db"
        self._database_url = database_url or f"sqlite:///{self._sqlite}{_WAITING}"
        self.settings = {**self._own_settings(), **settings}

    def _own_settings(self) -> dict[str, str]:
        sections: dict[str, dict[str, object]] = {
            "core": {
                "dags_folder": self.dags,
                "plugins_folder": self.path / "plugins",
                "load_examples": False,
                "executor": "LocalExecutor",
                "parallelism": 4,
                "fernet_key": self._secrets.fernet_key,
                # Not derived from the API server's port: the default names 8080 whatever that is.
                "execution_api_server_url": f"http://{HOST}:{self._ports.api}/execution/",
                "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
                "simple_auth_manager_users": f"{self.USER}:admin",
                "simple_auth_manager_passwords_file": self.path / "passwords.json",
                # The default asks the network for this machine's name.
                "hostname_callable": "socket.gethostname",
                "test_connection": "Enabled",
            },
            "api": {
                "host": HOST,
                "port": self._ports.api,
                "base_url": f"http://{HOST}:{self._ports.api}",
                "workers": 1,
                "secret_key": self._secrets.api_secret,
            },
            "api_auth": {"jwt_secret": self._secrets.jwt_secret},
            "database": {"sql_alchemy_conn": self._database_url},
            # The default of one second is the gap between two tasks. Looking for work while there is none takes 8 % of a processor;
            # a tenth of a second would take 18 % of one, and a demo no less time.
            "scheduler": {"scheduler_idle_sleep_time": 0.25},
            # A finished task's worker notices the end only after this long, and keeps its slot so long.
            "workers": {"min_heartbeat_interval": 1},
            # A new file in the folder for one's own DAGs is seen within this time (seconds).
            "dag_processor": {"dag_bundle_config_list": json.dumps(_BUNDLES), "refresh_interval": 30},
            "logging": {"base_log_folder": self.path / "logs"},
            "usage_data_collection": {"enabled": False},
            "dean": {"report_uri": self.reports.as_uri()},
        }
        named = {f"AIRFLOW__{section}__{name}".upper(): str(value) for section, group in sections.items() for name, value in group.items()}
        return {"AIRFLOW_HOME": str(self.path), **named}

    @property
    def url(self) -> str:
        """Of the API server and the UI."""
        return f"http://{HOST}:{self._ports.api}"

    def lay_out(self) -> None:
        """Make the folders and files Airflow expects, so that its programs do not race to make them."""
        for folder in (self.path / "plugins", self.path / "logs", self.dags, self.reports):
            folder.mkdir(parents=True, exist_ok=True)
        (self.path / "airflow.cfg").write_text("# Every setting of this Airflow stands in ../environment.\n")
        (self.path / "passwords.json").write_text(json.dumps({self.USER: self._secrets.password}))
        (self.path / "passwords.json").chmod(0o600)
        environment = self.path.parent / "environment"
        environment.touch(0o600)
        environment.write_text(self._script())

    def _script(self) -> str:
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in self.settings.items())
        programs = shlex.quote(str(Path(self.python).parent))
        return (
            f"# Source this to use the `airflow` command with the Airflow that runs here.\n{_FORGET}export PATH={programs}:$PATH\n{exports}"
        )

    def command(self, *arguments: str, name: str | None = None) -> Program:
        """``airflow …`` as a program."""
        # Not `-m airflow`: that would search the working directory first, and `airflow` is a folder in it.
        script = str(Path(self.python).parent / "airflow")
        return Program(
            name or "airflow-" + "-".join(arguments[:2]),
            (self.python, *self._launch, script, *arguments),
            self.settings,
            stop_signal=signal.SIGINT,
        )

    def programs(self, triggerers: int) -> list[Program]:
        """Airflow's components. They serve no logs to each other: on one machine all read the same files."""
        api_server = self.command("api-server", name="api-server")
        return [
            replace(api_server, environment={**api_server.environment, **self._impatient()}),
            self.command("dag-processor", name="dag-processor"),
            self.command("scheduler", "--skip-serve-logs", name="scheduler"),
            *(
                self.command("triggerer", "--skip-serve-logs", name="triggerer" if number == 1 else f"triggerer-{number}")
                for number in range(1, triggerers + 1)
            ),
        ]

    def _impatient(self) -> dict[str, str]:
        name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
        return {name: self.settings[name].removesuffix(_WAITING)}

    @property
    def database_url(self) -> str:
        """SQLAlchemy's, of the metadata database."""
        return self._database_url

    def _stamp(self) -> Path:
        return self.path / "migrated"

    @property
    def empty(self) -> bool:
        """Whether nothing is in the database yet: no SQLite file is there, and one of PostgreSQL is made for each run."""
        return self._sqlite is None or not self._sqlite.exists()

    def migrated(self, sign: str) -> bool:
        """Whether the database was migrated by the very software with fingerprint ``sign``."""
        stamp = self._stamp()
        return not self.empty and stamp.exists() and stamp.read_text() == f"{sign} {self._database_url}"

    def note_migrated(self, sign: str) -> None:
        """Remember that the database fits the software of ``sign``."""
        self._stamp().write_text(f"{sign} {self._database_url}")
