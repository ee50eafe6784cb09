from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from dean_provider.local.airflow_home import AirflowHome, fingerprint
from dean_provider.local.ports import Ports
from dean_provider.local.secrets import Secrets
from dean_provider.local.services import connections

PORTS = Ports(18080, 18081, 18090)


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets.of(tmp_path)


@pytest.fixture
def airflow(tmp_path: Path, secrets: Secrets) -> AirflowHome:
    return AirflowHome(
        tmp_path, python=sys.executable, ports=PORTS, secrets=secrets, database_url=None, settings=connections(PORTS, secrets)
    )


def test_everything_stays_on_loopback_and_in_the_home(airflow: AirflowHome, tmp_path: Path):
    settings = airflow.settings
    assert settings["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert settings["AIRFLOW_HOME"].startswith(str(tmp_path))
    assert settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"sqlite:///{tmp_path}/airflow/airflow.db?timeout=60"
    assert settings["AIRFLOW__LOGGING__BASE_LOG_FOLDER"].startswith(str(tmp_path))


def test_only_the_api_server_does_not_wait_long_for_sqlite(airflow: AirflowHome, tmp_path: Path):
    """It may be what it waits for: it writes on its event loop, which a commit under way may need."""
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    found = {
        program.name: program.environment[name].removeprefix(f"sqlite:///{tmp_path}/airflow/airflow.db") for program in airflow.programs(1)
    }
    assert found == {"api-server": "", "dag-processor": "?timeout=60", "scheduler": "?timeout=60", "triggerer": "?timeout=60"}


def test_the_execution_api_follows_the_port(airflow: AirflowHome):
    assert airflow.settings["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"
    assert airflow.settings["AIRFLOW__API__PORT"] == "18080"


def test_nothing_is_asked_of_the_network(airflow: AirflowHome):
    assert airflow.settings["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert airflow.settings["AIRFLOW__CORE__HOSTNAME_CALLABLE"] == "socket.gethostname"


def test_the_bundles_are_the_users_folder_and_the_packaged_dags(airflow: AirflowHome):
    bundles = json.loads(airflow.settings["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert [bundle["name"] for bundle in bundles] == ["dags-folder", "dean"]
    assert bundles[1]["classpath"] == "dean_provider.bundle.DeanDagBundle"


def test_connections_carry_the_services_tokens(airflow: AirflowHome, secrets: Secrets):
    connection = json.loads(airflow.settings["AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT"])
    assert connection["conn_type"] == "dean_evolution"
    assert (connection["host"], connection["port"]) == ("127.0.0.1", 18090)
    assert secrets.evolution_token in json.dumps(connection)


def test_settings_given_win(tmp_path: Path, secrets: Secrets):
    airflow = AirflowHome(
        tmp_path, python=sys.executable, ports=PORTS, secrets=secrets, database_url="postgresql://x/y", settings={"AIRFLOW__A__B": "1"}
    )
    assert airflow.settings["AIRFLOW__A__B"] == "1"
    assert airflow.settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql://x/y"


def test_programs_are_airflows_components_stopped_by_sigint_and_serve_no_logs(airflow: AirflowHome):
    programs = {program.name: program for program in airflow.programs(2)}
    assert list(programs) == ["api-server", "dag-processor", "scheduler", "triggerer", "triggerer-2"]
    assert all(program.stop_signal is signal.SIGINT for program in programs.values())
    assert all(program.command[0] == sys.executable for program in programs.values())
    for name in ("scheduler", "triggerer", "triggerer-2"):
        assert "--skip-serve-logs" in programs[name].command
    assert programs["triggerer-2"].command[3:] == programs["triggerer"].command[3:] == ("triggerer", "--skip-serve-logs")


def test_for_measuring_airflow_is_started_as_any_installation_does(tmp_path: Path, secrets: Secrets, airflow: AirflowHome):
    plain = AirflowHome(tmp_path, python=sys.executable, ports=PORTS, secrets=secrets, database_url=None, settings={}, plain=True)
    python, script, *words = plain.command("scheduler").command
    assert (python, Path(script).name, words) == (sys.executable, "airflow", ["scheduler"])
    python, launch, *rest = airflow.command("scheduler").command
    assert (python, Path(launch).name, rest) == (sys.executable, "launch.py", [script, "scheduler"])


def test_a_home_of_an_older_version_is_given_the_secrets_it_lacks(tmp_path: Path):
    older = asdict(Secrets())
    del older["gateway_secret"]
    (tmp_path / "secrets.json").write_text(json.dumps(older))
    made = Secrets.of(tmp_path)
    assert made.password == older["password"]
    assert Secrets.of(tmp_path) == made


def test_the_gateway_is_this_airflow_and_its_secret_is_its_own(airflow: AirflowHome, secrets: Secrets):
    connection = json.loads(airflow.settings["AIRFLOW_CONN_DEAN_GATEWAY_DEFAULT"])
    assert connection == {"conn_type": "dean_gateway", "password": secrets.gateway_secret}
    assert secrets.gateway_secret not in (secrets.jwt_secret, secrets.api_secret)


def test_secrets_are_generated_kept_and_for_the_owner_only(airflow: AirflowHome, tmp_path: Path, secrets: Secrets):
    airflow.lay_out()
    assert Secrets.of(tmp_path) == secrets
    for name in ("secrets.json", "environment", "airflow/passwords.json"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    assert secrets.password not in repr(secrets)
    assert json.loads((tmp_path / "airflow/passwords.json").read_text()) == {"admin": secrets.password}
    assert len({secrets.password, secrets.jwt_secret, secrets.api_secret, secrets.indexagent_token, secrets.evolution_token}) == 5


def test_the_environment_file_turns_a_shell_to_this_airflow_alone(airflow: AirflowHome, tmp_path: Path):
    airflow.lay_out()
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    inherited = {"PATH": os.environ["PATH"], "AIRFLOW__CORE__EXECUTOR": "Theirs", "AIRFLOW__A__B": "theirs", "MY_AIRFLOW": "kept"}
    script = f". {shlex.quote(str(tmp_path / 'environment'))}; {shlex.quote(sys.executable)} -I -c {shlex.quote(show)}"
    seen = json.loads(subprocess.check_output(["/bin/sh", "-c", script], env=inherited, text=True))
    assert {name: value for name, value in seen.items() if name.startswith("AIRFLOW")} == airflow.settings
    assert seen["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert seen["MY_AIRFLOW"] == "kept"


def test_a_database_is_migrated_once_by_the_same_software(tmp_path: Path, airflow: AirflowHome):
    airflow.lay_out()
    airflow.note_migrated("sign")
    assert airflow.empty
    assert not airflow.migrated("sign"), "its file has gone"
    (tmp_path / "airflow/airflow.db").touch()
    assert not airflow.empty
    assert airflow.migrated("sign")
    assert not airflow.migrated("other software")


def test_a_database_of_postgresql_is_new_in_each_run(tmp_path: Path, secrets: Secrets):
    airflow = AirflowHome(tmp_path, python=sys.executable, ports=PORTS, secrets=secrets, database_url="postgresql://x/y", settings={})
    airflow.lay_out()
    airflow.note_migrated("sign")
    assert airflow.empty
    assert not airflow.migrated("sign")


def test_the_fingerprint_is_stable_and_knows_the_interpreter():
    assert fingerprint(sys.executable) == fingerprint(sys.executable)
