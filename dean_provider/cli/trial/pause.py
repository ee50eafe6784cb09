"""``dean trial pause``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option, reason_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@reason_option
@asking
@json_option
def pause(gateway: Gateway, *, trial: str, reason: str, as_json: bool) -> None:
    """Hold TRIAL at its next generation boundary. Its DAG run stays deferred."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.trial.standing import print_standing
    from dean_provider.contract.endpoints.gateway import PAUSE_TRIAL
    from dean_provider.contract.steering import PauseWorkflow

    print_standing(gateway.call(PAUSE_TRIAL, PauseWorkflow(workflow_id=trial_id_of(gateway, trial), reason=reason)), as_json=as_json)
