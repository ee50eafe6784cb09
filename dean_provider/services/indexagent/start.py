"""Starts IndexAgent in this process."""

from __future__ import annotations

from dean_provider.services.indexagent.app import create_app
from dean_provider.services.indexagent.settings import IndexAgentSettings
from dean_provider.services.web.listening import announce, die_with, listen
from dean_provider.services.web.logs import configure_logs
from dean_provider.services.web.server import serve

__all__ = ["IndexAgentSettings", "run"]


def run(settings: IndexAgentSettings, lifeline: int | None = None) -> int:
    """Serve until stopped; prints the address once it answers.

    :param lifeline: descriptor of a pipe whose closing ends the service.
    :returns: exit status.
    """
    with listen(settings.host, settings.port) as bound:
        app = create_app(settings)
        configure_logs(settings.log_level, "indexagent")
        if lifeline is not None:
            die_with(lifeline)
        return serve(app, settings, bound, on_ready=lambda: announce("IndexAgent", bound), on_stop=lambda: None)
