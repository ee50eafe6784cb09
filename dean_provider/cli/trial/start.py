"""``dean trial start``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, config_option, every_option, file_option, json_option, key_option, note_option, wait_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@config_option
@file_option
@click.option("--dag-id", default="dean_evolution_trial", show_default=True, help="The DAG to run.")
@note_option
@wait_option
@every_option
@key_option
@asking
@json_option
def start(
    gateway: Gateway,
    *,
    given: Sequence[str],
    file: Path | None,
    dag_id: str,
    note: str | None,
    wait: bool,
    every: float,
    idempotency_key: str | None,
    as_json: bool,
) -> int:
    """Start a trial: a run of its DAG, with your rights.

    Its settings are those of --file, and over them those of --config; what neither gives is decided by the installation's layers.
    """
    from dean_provider.cli.trial.ending import reported
    from dean_provider.cli.values import configuration
    from dean_provider.contract.endpoints.gateway import REQUEST_TRIAL
    from dean_provider.contract.steering import RequestTrial

    request = RequestTrial(dag_id=dag_id, config=configuration(given, file), note=note)
    requested = gateway.call(REQUEST_TRIAL, request, key=idempotency_key)
    return reported(gateway, requested, wait=wait, every=every, as_json=as_json)
