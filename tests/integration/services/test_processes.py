"""The services as people start them: commands, environment, signals, logs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.trial import StartTrial
from dean_provider.local.ports import free_ports

pytestmark = pytest.mark.integration

COMMAND = [sys.executable, "-m", "dean_provider.services"]


@contextmanager
def process(folder: Path, *arguments: str, **environment: str):
    log = folder / f"{arguments[0]}.log"
    with log.open("w") as errors:
        started = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    started.log = log
    try:
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        started.stdout.close()


def announced(started, name):
    line = started.stdout.readline()
    assert line.startswith(f"{name} http://127.0.0.1:"), line + started.log.read_text()
    return line.split()[-1]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(*pids, seconds=15):
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def children(pid):
    """Children of every thread of a process."""
    return [int(word) for listed in Path(f"/proc/{pid}/task").glob("*/children") for word in listed.read_text().split()]


def test_both_in_one_command_listen_where_their_environment_says_run_a_trial_and_stop_together(tmp_path, caller_of, small, plain):
    ports = dict(zip(("DEAN_INDEXAGENT_PORT", "DEAN_EVOLUTION_PORT"), map(str, free_ports(2)), strict=True))
    with process(tmp_path, "all", DEAN_EVOLUTION_WORKERS="1", **ports) as started:
        urls = announced(started, "IndexAgent"), announced(started, "Evolution API")
        assert urls == tuple(f"http://127.0.0.1:{port}" for port in ports.values())
        caller = caller_of(*urls)
        assert "Ctrl-C" in started.stdout.readline()
        config = small()
        caller.populate(config, "population-of-traced")
        request = StartTrial(trial_id="traced", population_id="population-of-traced", config=config)
        caller.send(evolution.START_TRIAL, request, headers={"X-Request-ID": "dag-run-1"}).raise_for_status()
        assert caller.wait("traced").digest == plain(config)[-1].digest
        family = children(started.pid)
        assert len(family) == 2
        started.send_signal(signal.SIGINT)
        assert started.wait(20) == 0
        assert gone(*family)
    lines = [json.loads(line) for line in started.log.read_text().splitlines()]
    traced = {(line["service"], line["message"]) for line in lines if line["request_id"] == "dag-run-1"}
    assert {("evolution", "trial accepted"), ("evolution", "trial completed"), ("indexagent", "request")} <= traced
    assert {path.name for path in (tmp_path / ".dean").glob("*.db")} == {"indexagent.db", "evolution.db"}


def test_when_one_ends_by_itself_so_does_the_other(tmp_path):
    with process(tmp_path, "all", "--indexagent-port", "0", "--evolution-port", "0", DEAN_EVOLUTION_WORKERS="1") as started:
        announced(started, "IndexAgent")
        announced(started, "Evolution API")
        first, second = children(started.pid)
        workers = children(second)
        assert workers
        os.kill(first, signal.SIGKILL)
        assert started.wait(30) == 1
        assert gone(second, *workers)
    assert "error: indexagent ended by itself" in started.log.read_text()


def test_what_it_started_ends_with_a_killed_supervisor(tmp_path):
    with process(tmp_path, "all", "--indexagent-port", "0", "--evolution-port", "0", DEAN_EVOLUTION_WORKERS="1") as started:
        announced(started, "IndexAgent")
        announced(started, "Evolution API")
        family = children(started.pid)
        family += [worker for child in family for worker in children(child)]
        assert len(family) == 3
        os.kill(started.pid, signal.SIGKILL)
        assert gone(*family)


def test_a_taken_port_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments in (["indexagent", "--port", port], ["all", "--indexagent-port", "0", "--evolution-port", port]):
            ended = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
            assert ended.returncode == 3
            assert ended.stderr == f"error: 127.0.0.1:{port} is taken by another process. Choose another with --port.\n"
            assert ended.stdout == ""


def test_what_keeps_one_of_both_from_starting_is_told_by_the_exit_status(tmp_path):
    environment = {**os.environ, "DEAN_EVOLUTION_WORKERS": "many"}
    ports = ["--indexagent-port", "0", "--evolution-port", "0"]
    ended = subprocess.run(
        [*COMMAND, "all", *ports], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 3
    assert "error: The settings cannot work: DEAN_EVOLUTION_WORKERS" in ended.stderr


def test_protected_services_run_a_trial_with_a_signed_token(tmp_path, caller_of, small):
    secret, token = "a secret of at least thirty-two bytes", "open sesame"
    protect = {"DEAN_INDEXAGENT_JWT_SECRET": secret, "DEAN_INDEXAGENT_TOKEN": token}
    with process(tmp_path, "indexagent", "--port", "0", **protect) as first:
        url = announced(first, "IndexAgent")
        assert httpx.get(f"{url}/api/v1/agents").status_code == 401
        settings = {"DEAN_EVOLUTION_INDEXAGENT_URL": url, "DEAN_EVOLUTION_INDEXAGENT_JWT_SECRET": secret, "DEAN_EVOLUTION_WORKERS": "1"}
        with process(tmp_path, "evolution", "--port", "0", **settings) as second:
            caller = caller_of(url, announced(second, "Evolution API"))
            caller.http.headers["Authorization"] = f"Bearer {token}"
            caller.run(small())
            second.send_signal(signal.SIGTERM)
            assert second.wait(20) == 0
        assert secret not in first.log.read_text() + second.log.read_text()
        assert token not in first.log.read_text() + second.log.read_text()


def test_the_services_and_their_mocks_never_import_airflow():
    modules = ("indexagent.start", "evolution.start", "command", "together", "evolution.evaluation.worker")
    names = (*(f"services.{module}" for module in modules), "testing")
    tries = [f"import dean_provider.{name}\nif 'airflow' in sys.modules: sys.exit('{name} imports it')" for name in names]
    code = "\n".join(["import sys", *tries])
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 0, ended.stderr


def test_the_process_that_only_starts_both_needs_no_framework():
    modules = ("command", "together", "indexagent.settings", "evolution.settings")
    code = f"import sys, {', '.join(f'dean_provider.services.{module}' for module in modules)}\n"
    code += "print(*{'fastapi', 'sqlalchemy', 'uvicorn', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=True, stdout=subprocess.PIPE, text=True).stdout == "\n"


def test_a_second_service_on_the_same_database_ends_with_one_line(tmp_path):
    with process(tmp_path, "evolution", "--port", "0", "--workers", "1") as first:
        announced(first, "Evolution API")
        second = subprocess.run(
            [*COMMAND, "evolution", "--port", "0", "--workers", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert (second.returncode, second.stdout) == (1, "")
    lines = second.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: Another Evolution API already works on this database.")
