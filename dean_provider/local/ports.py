"""Which ports of loopback the API server and the services use."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass

from dean_provider.errors import ConfigurationError

__all__ = ["HOST", "PORT_VARIABLE", "Ports"]

HOST = "127.0.0.1"
PORT_VARIABLE = "DEAN_LOCAL_PORT"
_NAMES = {"api": "Airflow's API server", "indexagent": "IndexAgent", "evolution": "the Evolution API"}


def _taken(port: int) -> bool:
    """Whether something listens there. Connecting as well as binding: some systems bind beside a wildcard listener."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex((HOST, port)) == 0:
            return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


@dataclass(frozen=True)
class Ports:
    """One port per server. The defaults are the ones Airflow and the services have everywhere."""

    api: int = 8080
    indexagent: int = 8081
    evolution: int = 8090

    @classmethod
    def free(cls) -> Ports:
        """Three ports nobody listens on now."""
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
            for each in sockets:
                each.bind((HOST, 0))
            return cls(*(each.getsockname()[1] for each in sockets))

    @classmethod
    def parse(cls, text: str) -> Ports:
        """``auto`` for free ones, or the API server's port; the services keep their distance of 1 and 10 from it.

        :raises ConfigurationError: when it is neither.
        """
        if text == "auto":
            return cls.free()
        if not text.isdigit() or not 1 <= int(text) <= 65_525:
            raise ConfigurationError(
                f"Port {text!r} is neither 'auto' nor a number from 1 to 65525.",
                details={"field": "port", "value": text},
                suggestions=["Use --port auto."],
            )
        base = int(text)
        return cls(base, base + 1, base + 10)

    def check(self) -> None:
        """:raises ConfigurationError: naming the first port that is taken and what to set instead."""
        for name, port in asdict(self).items():
            if _taken(port):
                raise ConfigurationError(
                    f"Port {port} for {_NAMES[name]} is taken.",
                    details={"field": "port", "value": port, "component": name},
                    suggestions=[f"Choose others with --port auto, or --port N ({PORT_VARIABLE}=N)."],
                )
