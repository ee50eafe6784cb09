"""Which ports of loopback the API server and the services use."""

from __future__ import annotations

import re
import socket
from dataclasses import asdict, dataclass
from itertools import islice
from random import SystemRandom

from dean_provider.errors import ConfigurationError
from dean_provider.local.calling import in_checkout, option

__all__ = ["HOST", "PORT_VARIABLE", "Ports", "free_ports"]

HOST = "127.0.0.1"
PORT_VARIABLE = "DEAN_LOCAL_PORT"
_CHOSEN_BY_NO_SYSTEM = range(15_000, 32_000)
"""Linux chooses from 32768 on unless told otherwise, others from 49152."""

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


def free_ports(number: int) -> list[int]:
    """So many ports that nobody uses now, for servers that start later.

    Not those that the system would choose: it chooses them for outgoing connections as well, and one could have the port by then.

    :raises ConfigurationError: when there are not so many.
    """
    untried = iter(SystemRandom().sample(_CHOSEN_BY_NO_SYSTEM, len(_CHOSEN_BY_NO_SYSTEM)))
    found = list(islice((port for port in untried if not _taken(port)), number))
    if len(found) < number:
        raise ConfigurationError("No port is free.", details={"field": "port", "value": "auto"}, suggestions=["Name one with --port N."])
    return found


@dataclass(frozen=True)
class Ports:
    """One port per server. The defaults are the ones Airflow and the services have everywhere."""

    api: int = 8080
    indexagent: int = 8081
    evolution: int = 8090

    @classmethod
    def free(cls) -> Ports:
        """Three ports that nobody uses now."""
        return cls(*free_ports(3))

    @classmethod
    def parse(cls, text: str) -> Ports:
        """``auto`` for free ones, or the API server's port; the services keep their distance of 1 and 10 from it.

        :raises ConfigurationError: when it is neither.
        """
        if text == "auto":
            return cls.free()
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65_525:
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
                # The Makefile lets no variable of ours through.
                variable = "" if in_checkout() else f" ({PORT_VARIABLE}=N)"
                raise ConfigurationError(
                    f"Port {port} for {_NAMES[name]} is taken.",
                    details={"field": "port", "value": port, "component": name},
                    suggestions=[f"Choose others with {option('--port auto')}, or --port N{variable}."],
                )
