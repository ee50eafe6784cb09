"""``dean alerts export prometheus``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from dean_provider.cli.options import json_option


@click.command()
@click.option(
    "--rules", "file", type=click.Path(path_type=Path, dir_okay=False), help="Your file of alert rules. Default: the package's rules."
)
@json_option
def prometheus(*, file: Path | None, as_json: bool) -> None:
    """Print the rules as a rule file for a Prometheus (2.42 or later) that scrapes /dean/metrics."""
    import yaml

    from dean_provider.cli.terminal import print_json
    from dean_provider.monitoring.alerts.book import read_book
    from dean_provider.monitoring.alerts.prometheus import rule_file

    text = rule_file(read_book(file).enabled)
    if as_json:
        print_json(yaml.safe_load(text))
        return
    click.echo(text, nl=False)
