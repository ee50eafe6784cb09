"""Serving an application on a socket that is bound already, so that a taken port is one clear line; a stop ends long polls at once."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from dean_provider.services.web.settings import ServiceSettings

__all__ = ["serve"]


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
