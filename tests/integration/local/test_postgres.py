"""PostgreSQL as a program of the supervisor: reachable, and gone without a trace."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg2
import pytest

from dean_provider.local.postgres import Postgres
from dean_provider.local.supervisor import Supervisor

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for shared memory where Linux shows it"),
]


def shared_memory(folder: Path) -> str:
    """Id of the server's segment."""
    return (folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]


def server_user() -> str:
    """Who the server runs as: whoever starts it, root excepted."""
    return pwd.getpwuid(os.getuid()).pw_name if os.getuid() else "pgserver"


def segments() -> set[str]:
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def test_the_database_is_there_and_everything_goes_with_the_run(tmp_path: Path):
    with Supervisor(tmp_path) as supervisor:
        postgres = Postgres(supervisor.add_folder)
        postgres.prepare()
        supervisor.start(postgres.program())
        supervisor.wait_for(postgres.create_database, "PostgreSQL", timeout=60)
        connection = psycopg2.connect(postgres.url.replace("+psycopg2", ""))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), inet_server_addr()")
            assert cursor.fetchone() == ("airflow", None), "it listens on more than its socket"
        connection.close()
        assert stat.S_IMODE(postgres.folder.stat().st_mode) == 0o700, "it trusts whoever gets in"
        assert postgres.folder.owner() == server_user()
        segment = shared_memory(postgres.folder)
        assert segment in segments()
    assert not postgres.folder.exists()
    assert segment not in segments()


def test_the_same_when_the_supervisor_is_killed(tmp_path: Path):
    code = f"""
        import time
        from pathlib import Path
        from dean_provider.local.postgres import Postgres
        from dean_provider.local.supervisor import Supervisor
        with Supervisor(Path({str(tmp_path)!r})) as supervisor:
            postgres = Postgres(supervisor.add_folder)
            postgres.prepare()
            supervisor.start(postgres.program())
            supervisor.wait_for(postgres.create_database, "PostgreSQL", timeout=60)
            print(postgres.folder, flush=True)
            time.sleep(300)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    folder = Path(process.stdout.readline().strip())
    segment = shared_memory(folder)
    process.kill()
    process.communicate()
    until = time.monotonic() + 10
    while (folder.exists() or segment in segments()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert segment not in segments()
