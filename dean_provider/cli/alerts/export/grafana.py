"""``dean alerts export grafana``."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.options import json_option


@click.command()
@json_option
def grafana(*, as_json: bool) -> None:
    """Print a dashboard to import into Grafana, over a Prometheus that scrapes /dean/metrics. It is JSON in any case."""
    del as_json
    from dean_provider.cli.terminal import print_json
    from dean_provider.monitoring.alerts.grafana import dashboard

    print_json(dashboard())
