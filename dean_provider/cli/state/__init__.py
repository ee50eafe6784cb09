"""``dean state``: what the record's events amount to."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.state.prune import prune
from dean_provider.cli.state.rebuild import rebuild
from dean_provider.cli.state.show import show

__all__ = ["state"]


@click.group()
def state() -> None:
    """Make the state again from the events, look at it as it was, and delete what is old."""


for command in (prune, rebuild, show):
    state.add_command(command)
