"""``dean trial``: trials, through the gateway of an Airflow."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.trial.cancel import cancel
from dean_provider.cli.trial.compare import compare
from dean_provider.cli.trial.events import events
from dean_provider.cli.trial.fork import fork
from dean_provider.cli.trial.list import list_
from dean_provider.cli.trial.pause import pause
from dean_provider.cli.trial.replay import replay
from dean_provider.cli.trial.report import report
from dean_provider.cli.trial.resume import resume
from dean_provider.cli.trial.show import show
from dean_provider.cli.trial.start import start
from dean_provider.cli.trial.watch import watch

__all__ = ["trial"]


@click.group()
def trial() -> None:
    """Start trials, follow them and steer them.

    TRIAL is a trial's id, the beginning of one, or its name.
    """


for command in (cancel, compare, events, fork, list_, pause, replay, report, resume, show, start, watch):
    trial.add_command(command)
