"""Starts the Evolution API in this process."""

from __future__ import annotations

import signal
from functools import partial

from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.web.listening import announce, die_with, listen
from dean_provider.services.web.logs import configure_logs
from dean_provider.services.web.server import serve

__all__ = ["EvolutionSettings", "run"]


def run(settings: EvolutionSettings, lifeline: int | None = None) -> int:
    """Serve until stopped; prints the address once it answers.

    :param lifeline: descriptor of a pipe whose closing ends the service.
    :returns: exit status.
    :raises ConflictError: another Evolution API works on the database.
    :raises ConnectionFailedError: the database cannot be used.
    """
    with listen(settings.host, settings.port) as bound:
        service = EvolutionService(settings, on_lost=partial(signal.raise_signal, signal.SIGTERM))
        configure_logs(settings.log_level, "evolution")
        service.ownership.take()
        if lifeline is not None:
            die_with(lifeline)
        return serve(service.app, settings, bound, on_ready=lambda: announce("Evolution API", bound), on_stop=service.stop_waiting)
