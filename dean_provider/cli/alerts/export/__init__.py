"""``dean alerts export``: the rules and figures for those who watch with other tools."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.alerts.export.grafana import grafana
from dean_provider.cli.alerts.export.prometheus import prometheus

__all__ = ["export"]


@click.group()
def export() -> None:
    """Write the rules for Prometheus, or a dashboard for Grafana."""


for command in (grafana, prometheus):
    export.add_command(command)
