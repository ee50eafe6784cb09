"""``dean patterns``: what the fit agents of trials had in common."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.patterns.apply import apply
from dean_provider.cli.patterns.list import list_

__all__ = ["patterns"]


@click.group()
def patterns() -> None:
    """Look at patterns and apply them.

    TRIAL is a trial's id, the beginning of one, or its name.
    """


for command in (apply, list_):
    patterns.add_command(command)
