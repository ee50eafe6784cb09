"""``dean trial fork``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, config_option, every_option, file_option, json_option, key_option, note_option, wait_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("trial")
@click.option("--generation", type=click.IntRange(min=0), help="Last generation the two share. Default: the last one there is.")
@config_option
@file_option
@note_option
@wait_option
@every_option
@key_option
@asking
@json_option
def fork(
    gateway: Gateway,
    *,
    trial: str,
    generation: int | None,
    given: Sequence[str],
    file: Path | None,
    note: str | None,
    wait: bool,
    every: float,
    idempotency_key: str | None,
    as_json: bool,
) -> int:
    """Start a new trial from a generation of TRIAL, with its configuration but for what --file and --config say."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.trial.ending import reported
    from dean_provider.cli.values import configuration
    from dean_provider.contract.endpoints.gateway import FORK_TRIAL
    from dean_provider.contract.steering import ForkTrial

    config = configuration(given, file)
    request = ForkTrial(workflow_id=trial_id_of(gateway, trial), generation=generation, config=config, note=note)
    requested = gateway.call(FORK_TRIAL, request, key=idempotency_key)
    return reported(gateway, requested, wait=wait, every=every, as_json=as_json)
