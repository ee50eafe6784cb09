"""Serving an application: the socket is bound first, so that a taken port is one clear line, and a stop ends long polls at once."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from dean_provider.errors import ConfigurationError
from dean_provider.services.web.settings import ServiceSettings

__all__ = ["address", "announce", "die_with", "listen", "serve"]


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


class _Server(uvicorn.Server):
    """Tells the application that it stops before waiting for open requests."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None], on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_stop = on_stop
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.on_stop()
        super().handle_exit(sig, frame)


def serve(
    app: FastAPI, settings: ServiceSettings, bound: socket.socket, *, on_ready: Callable[[], None], on_stop: Callable[[], None]
) -> int:
    """Serve until SIGTERM or SIGINT.

    :param on_stop: called from the signal handler; must only set flags.
    :returns: exit status, 0 after a clean stop.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
        timeout_keep_alive=75,
    )
    server = _Server(config, on_stop, on_ready)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again when it has stopped
        signal.signal(number, lambda *_: None)
    server.run(sockets=[bound])
    return 0 if server.started else 3


def address(bound: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(name: str, bound: socket.socket) -> None:
    """Say on stdout where a service answers; the only line it writes there."""
    print(f"{name} {address(bound)}", flush=True)  # noqa: T201
