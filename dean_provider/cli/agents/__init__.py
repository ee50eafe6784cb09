"""``dean agents``: the agents of a trial, fetched from IndexAgent by the gateway."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.agents.list import list_
from dean_provider.cli.agents.show import show

__all__ = ["agents"]


@click.group()
def agents() -> None:
    """Look at the agents of a trial.

    TRIAL is a trial's id, the beginning of one, or its name.
    """


for command in (list_, show):
    agents.add_command(command)
