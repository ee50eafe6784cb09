"""``dean config``: the settings, where they come from, and whether a file of them is right."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.config.show import show
from dean_provider.cli.config.validate import validate

__all__ = ["config"]


@click.group()
def config() -> None:
    """Show the settings and check files of them."""


config.add_command(show)
config.add_command(validate)
