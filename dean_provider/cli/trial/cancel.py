"""``dean trial cancel``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, confirm_option, json_option, reason_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@reason_option
@confirm_option
@asking
@json_option
def cancel(gateway: Gateway, *, trial: str, reason: str, yes: bool, as_json: bool) -> None:
    """Stop TRIAL and its DAG run, together.

    What it has come to is kept; clearing the run lets it go on from its last generation.
    """
    from dean_provider.cli.confirming import sure
    from dean_provider.cli.figures import progress
    from dean_provider.cli.naming import trial_of
    from dean_provider.cli.trial.standing import print_standing
    from dean_provider.contract.endpoints.gateway import CANCEL_TRIAL
    from dean_provider.contract.steering import CancelTrial

    meant = trial_of(gateway, trial)
    sure(
        f"Stop {meant.name or 'trial'} ({meant.id}, {meant.status.value}, generation {progress(meant)}) and its DAG run?",
        yes=yes,
        as_json=as_json,
    )
    print_standing(gateway.call(CANCEL_TRIAL, CancelTrial(workflow_id=meant.id, reason=reason)), as_json=as_json)
