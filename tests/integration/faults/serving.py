"""A service in a process forked from a server that has imported this module, and so all that a service does."""

from __future__ import annotations

import os
from multiprocessing.synchronize import Event
from typing import Any

# What a service imports as it starts, by its settings and by what is installed.
import alembic.command  # noqa: F401
import httpcore  # noqa: F401
import pydantic.v1  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401

from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.indexagent.app import create_app
from dean_provider.services.indexagent.settings import IndexAgentSettings
from dean_provider.services.web import server
from dean_provider.services.web.listening import listen
from dean_provider.services.web.logs import configure_logs
from dean_provider.services.web.settings import LogLevel
from dean_provider.testing import PausePoints


def serve(service: str, settings: dict[str, Any], pause: tuple[str, int] | None, reached: Event, log: str) -> None:
    """Serve until killed or stopped; ``pause`` is the point where the service waits to be killed."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    probe: dict[str, Any] = {} if pause is None else {"probe": PausePoints(*pause, on_reached=lambda *_: reached.set())}
    configure_logs(LogLevel.INFO, service)
    if service == "indexagent":
        chosen: Any = IndexAgentSettings(**settings)
        app, on_stop = create_app(chosen, **probe), lambda: None
    else:
        chosen = EvolutionSettings(**settings)
        evolution = EvolutionService(chosen, **probe)
        app, on_stop = evolution.app, evolution.stop_waiting
    server.serve(app, chosen, listen(chosen.host, chosen.port), on_ready=lambda: None, on_stop=on_stop)
