"""The supervisor with real processes: whatever dies, nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from dean_provider.errors import ConfigurationError, RequestTimeoutError, ServiceFailureError
from dean_provider.local.component import Program
from dean_provider.local.environment import RUN_MARKER
from dean_provider.local.supervisor import Supervisor

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's ties to a parent are Linux's"),
]

# A component as unpleasant as they come: its child has a session of its own, and neither heeds a signal that can be ignored.
STUBBORN = """
    import os, signal, subprocess, sys, time
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
    time.sleep(300)
"""
POLITE = """
    import signal, sys, time
    def leave(number, frame):
        print("leaving", number, flush=True)
        sys.exit(0)
    signal.signal(signal.SIGINT, leave)
    print("up", flush=True)
    time.sleep(300)
"""


def python(code: str, *arguments: object, name: str = "thing", **options: object) -> Program:
    return Program(name, (sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)), **options)


def eventually(true: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return true()


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pids_in(file: Path) -> list[int]:
    assert eventually(lambda: file.exists() and len(file.read_text().split()) == 2)
    return [int(text) for text in file.read_text().split()]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "home") as running:
        yield running


@pytest.fixture
def another(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A supervisor in a process of its own, running one stubborn component; killed after the test if need be."""
    code = f"""
        import sys, time
        from pathlib import Path
        from dean_provider.local.component import Program
        from dean_provider.local.supervisor import Supervisor
        with Supervisor(Path({str(tmp_path / "home")!r})) as running:
            running.start(Program("thing", (sys.executable, "-c", {textwrap.dedent(STUBBORN)!r}, {str(tmp_path / "pids")!r})))
            print(running._guardian.pid, flush=True)
            time.sleep(300)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_a_death_is_told_in_one_line_with_reason_and_log(supervisor: Supervisor):
    supervisor.start(python("print('starting'); raise OSError('address already in use')"))
    with pytest.raises(ServiceFailureError) as caught:
        supervisor.wait_for(lambda: False, "nothing", timeout=20)
    text = str(caught.value)
    assert text == f"The thing ended with exit code 1: OSError: address already in use Its log is {supervisor.logs / 'thing.log'}."
    assert caught.value.details["tail"][-1] == "OSError: address already in use"


def test_a_death_by_signal_names_the_signal(supervisor: Supervisor):
    component = supervisor.start(python("import time; time.sleep(300)"))
    os.kill(component.pid, signal.SIGKILL)
    with pytest.raises(ServiceFailureError, match="The thing was killed by SIGKILL"):
        supervisor.wait_for(lambda: False, "nothing", timeout=20)


def test_a_program_that_cannot_be_started_is_a_death(supervisor: Supervisor):
    supervisor.start(Program("thing", ("/no/such/program",)))
    with pytest.raises(ServiceFailureError, match="No such file or directory"):
        supervisor.wait_for(lambda: False, "nothing", timeout=20)


def test_an_end_that_was_asked_for_is_no_death_and_it_can_start_again(supervisor: Supervisor):
    component = supervisor.start(python("import time; time.sleep(300)"))
    first = component.pid
    component.signal(signal.SIGKILL)
    assert component.wait(5)
    supervisor.check()
    component.start()
    assert component.running
    assert component.pid != first


def test_waiting_in_vain_says_for_what(supervisor: Supervisor):
    with pytest.raises(RequestTimeoutError, match="in vain for Godot"):
        supervisor.wait_for(lambda: False, "Godot", timeout=0.2)


def test_stop_asks_politely_first(tmp_path: Path):
    with Supervisor(tmp_path) as supervisor:
        component = supervisor.start(python(POLITE, stop_signal=signal.SIGINT))
        assert eventually(lambda: "up" in component.log.read_text())
    assert "leaving 2" in component.log.read_text()
    assert component.exit_code == 0


def test_stop_ends_what_heeds_nothing_and_its_descendants(tmp_path: Path):
    with Supervisor(tmp_path / "home") as supervisor:
        supervisor.start(python(STUBBORN, tmp_path / "pids"))
        pids = pids_in(tmp_path / "pids")
        started = time.monotonic()
        supervisor.stop(grace_seconds=0.5)
    assert time.monotonic() - started < 5
    assert not any(map(alive, pids))
    assert not (tmp_path / "home" / "ledger.json").exists()


def test_a_supervisor_killed_outright_leaves_nothing(another: subprocess.Popen[str], tmp_path: Path):
    guardian = int(another.stdout.readline())
    pids = pids_in(tmp_path / "pids")
    another.kill()
    another.wait()
    assert eventually(lambda: not any(map(alive, [*pids, guardian])))
    assert not (tmp_path / "home" / "ledger.json").exists()


def test_when_supervisor_and_guardian_are_killed_the_next_run_cleans_up(another: subprocess.Popen[str], tmp_path: Path):
    guardian = int(another.stdout.readline())
    leader, grandchild = pids_in(tmp_path / "pids")
    os.kill(guardian, signal.SIGKILL)
    another.kill()
    another.wait()
    assert eventually(lambda: not alive(leader)), "the kernel did not end the direct child"
    assert alive(grandchild)
    with Supervisor(tmp_path / "home") as supervisor:
        assert supervisor.swept == 1
        assert not alive(grandchild)


def test_a_second_supervisor_is_refused_and_harms_nobody(another: subprocess.Popen[str], tmp_path: Path):
    another.stdout.readline()
    pids = pids_in(tmp_path / "pids")
    second = Supervisor(tmp_path / "home")
    with pytest.raises(ConfigurationError, match=f"pid {another.pid}"), second:
        pass
    second.stop()
    assert all(map(alive, pids))
    assert (tmp_path / "home" / "ledger.json").exists()


def test_nothing_of_a_users_airflow_reaches_a_component(tmp_path: Path):
    poisoned = {
        **os.environ,
        "AIRFLOW_HOME": "/elsewhere",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////elsewhere/airflow.db",
        "DEAN_EVOLUTION_DATABASE_URL": "sqlite:////elsewhere/evolution.db",
    }
    dump = "import json, os; print(json.dumps(dict(os.environ)))"
    with Supervisor(tmp_path, environ=poisoned) as supervisor:
        seen = json.loads(supervisor.call(python(dump, environment={"AIRFLOW_HOME": "/ours"}), timeout=20))
    assert not [name for name, value in seen.items() if "elsewhere" in value]
    assert {name for name in seen if name.startswith(("AIRFLOW", "DEAN_"))} == {"AIRFLOW_HOME", RUN_MARKER}
    assert seen["AIRFLOW_HOME"] == "/ours"


def test_components_heed_sigint_even_where_a_shell_had_it_ignored(tmp_path: Path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Supervisor(tmp_path) as supervisor:
            component = supervisor.start(python("import time; time.sleep(300)"))
            time.sleep(0.3)
            component.signal(signal.SIGINT)
            assert component.wait(5)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_call_returns_output_keeps_the_rest_in_its_log_and_fails_with_a_reason(supervisor: Supervisor):
    talk = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(int(sys.argv[1]))"
    assert supervisor.call(python(talk, 0), timeout=20) == "out\n"
    assert (supervisor.logs / "thing.log").read_text() == "err\n"
    with pytest.raises(ServiceFailureError, match="exit code 3"):
        supervisor.call(python(talk, 3), timeout=20)


def test_a_call_ends_when_a_component_dies(supervisor: Supervisor):
    supervisor.start(python("import sys, time; time.sleep(0.5); sys.exit(7)", name="other"))
    with pytest.raises(ServiceFailureError, match="The other ended with exit code 7"):
        supervisor.call(python("import time; time.sleep(300)"), timeout=60)


def test_logs_of_the_run_before_are_kept_once(tmp_path: Path):
    for text in ("first", "second"):
        with Supervisor(tmp_path) as supervisor:
            component = supervisor.start(python(f"print({text!r})"))
            component.wait(10)
    assert (tmp_path / "logs" / "thing.log").read_text() == "second\n"
    assert (tmp_path / "logs" / "thing.log.1").read_text() == "first\n"
