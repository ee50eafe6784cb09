"""``dean service``: the reference services."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.service.run import run

__all__ = ["service"]


@click.group()
def service() -> None:
    """Run the reference IndexAgent and Evolution API."""


service.add_command(run)
