"""``dean alerts``: what is wrong now, and what is done about it."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.alerts.acknowledge import acknowledge
from dean_provider.cli.alerts.export import export
from dean_provider.cli.alerts.list import list_
from dean_provider.cli.alerts.rules import rules
from dean_provider.cli.alerts.silence import silence
from dean_provider.cli.alerts.silences import silences
from dean_provider.cli.alerts.unsilence import unsilence
from dean_provider.cli.alerts.validate import validate

__all__ = ["alerts"]


@click.group()
def alerts() -> None:
    """See what is wrong, say that you see to it, keep it quiet for a while."""


for command in (acknowledge, export, list_, rules, silence, silences, unsilence, validate):
    alerts.add_command(command)
