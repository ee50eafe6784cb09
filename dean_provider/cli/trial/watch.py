"""``dean trial watch``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, every_option, json_lines_option
from dean_provider.cli.terminal import print_text

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@every_option
@asking
@json_lines_option
def watch(gateway: Gateway, *, trial: str, every: float, as_json: bool) -> int:
    """Follow TRIAL until it ends.

    Ctrl-C ends the watching, not the trial. With --json each line is the trial as it stands, one line for each change.
    """
    from dean_provider.cli.naming import trial_of
    from dean_provider.cli.picture import JsonLines, followed, outcome, picture
    from dean_provider.cli.trial.ending import exit_code_of

    ended = followed(gateway, trial_of(gateway, trial).id, JsonLines() if as_json else picture(), every=every)
    if not as_json:
        print_text(outcome(ended))
    return exit_code_of(ended)
