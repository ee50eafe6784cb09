from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dean_provider.errors import ConfigurationError
from dean_provider.local.environment import RUN_MARKER
from dean_provider.local.identity import Identity
from dean_provider.local.ledger import Ledger, Lock

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


def test_what_was_written_is_read_back(tmp_path: Path):
    ledger = Ledger(tmp_path, "run-1")
    ledger.add("me", os.getpid())
    ledger.add_folder(tmp_path / "outside")
    again = Ledger.read(tmp_path)
    assert again is not None
    assert (again.run, again.started, again.folders) == ("run-1", {"me": Identity.of(os.getpid())}, [tmp_path / "outside"])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"run": "x", "started": {"a": 1}, "folders": []}'])
def test_a_broken_ledger_is_none_and_stops_nobody(tmp_path: Path, text: str):
    (tmp_path / "ledger.json").write_text(text)
    assert Ledger.read(tmp_path) is None


def test_no_ledger_is_none(tmp_path: Path):
    assert Ledger.read(tmp_path) is None


def test_a_sweep_kills_what_carries_the_mark_removes_folders_and_itself(tmp_path: Path):
    folder = tmp_path / "outside"
    folder.mkdir()
    child = subprocess.Popen(SLEEP, env={**os.environ, RUN_MARKER: "run-sweep"}, start_new_session=True)
    while not psutil.Process(child.pid).environ():  # of a program that has only just been loaded there is none yet
        time.sleep(0.01)
    ledger = Ledger(tmp_path, "run-sweep")
    ledger.add_folder(folder)
    assert ledger.sweep() == 1
    assert not psutil.pid_exists(child.pid)
    child.wait()
    assert not folder.exists()
    assert Ledger.read(tmp_path) is None


def test_who_has_something_to_give_back_is_asked_to_first(tmp_path: Path):
    code = f"""
import signal, sys, time
def leave(number, frame):
    open({str(tmp_path / "said")!r}, "w").close()
    sys.exit(0)
signal.signal(signal.SIGQUIT, leave)
print("ready", flush=True)
time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    ledger = Ledger(tmp_path, "run-1")
    ledger.add("postgres", child.pid, signal.SIGQUIT)
    again = Ledger.read(tmp_path)
    assert again is not None
    assert again.sweep() == 1
    assert (tmp_path / "said").exists()
    child.communicate()


def test_a_pid_that_belongs_to_somebody_else_by_now_is_left_alone(tmp_path: Path):
    other = subprocess.Popen(SLEEP)
    try:
        ledger = Ledger(tmp_path, "run-old")
        ledger.started["scheduler"] = Identity(other.pid, psutil.Process(other.pid).create_time() - 3600)
        assert ledger.sweep() == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_process_that_is_gone_is_not_noted(tmp_path: Path):
    gone = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    gone.wait()
    ledger = Ledger(tmp_path, "run-1")
    ledger.add("gone", gone.pid)
    assert ledger.started == {}


def test_the_second_holder_is_refused_by_name_of_the_first(tmp_path: Path):
    first, second = Lock(tmp_path), Lock(tmp_path)
    first.acquire()
    with pytest.raises(ConfigurationError, match=f"pid {os.getpid()}"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_the_ledger_is_valid_json_at_every_moment(tmp_path: Path):
    ledger = Ledger(tmp_path, "run-1")
    for number in range(20):
        ledger.add(f"me-{number}", os.getpid())
        assert len(json.loads(ledger.path.read_text())["started"]) == number + 1
