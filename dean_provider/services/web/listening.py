"""Where a service listens and how long it lives, apart from what it serves: who only starts services needs no framework for it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading

from dean_provider.errors import ConfigurationError

__all__ = ["address", "announce", "die_with", "listen"]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on exactly this address.

    :raises ConfigurationError: in one line, when the address is taken or cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        why = "is taken by another process" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ConfigurationError(
            f"{host}:{port} {why}.", details={"host": host, "port": port}, suggestions=["Choose another with --port."]
        ) from None
    return bound


def die_with(descriptor: int) -> None:
    """Ask this process to stop when the other end of a pipe closes, that is when whoever holds it ends, however it ends."""

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def address(bound: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(name: str, bound: socket.socket) -> None:
    """Say on stdout where a service answers; the only line it writes there."""
    print(f"{name} {address(bound)}", flush=True)  # noqa: T201
