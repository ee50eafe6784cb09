"""``dean alerts acknowledge``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway


@click.command()
@click.argument("incidents", nargs=-1, required=True, metavar="INCIDENT...")
@click.option("--comment", default="", help="What you are doing about it; it is recorded.")
@asking
@json_option
def acknowledge(gateway: Gateway, *, incidents: Sequence[str], comment: str, as_json: bool) -> None:
    """Say that you see to each INCIDENT: nobody is notified of it again until it is over."""
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.alert import AcknowledgeAlert, IncidentPage
    from dean_provider.contract.endpoints.gateway import ACKNOWLEDGE_ALERT

    wanted = [AcknowledgeAlert(incident_id=one, comment=comment) for one in dict.fromkeys(incidents)]
    done = [gateway.call(ACKNOWLEDGE_ALERT, one) for one in wanted]
    if as_json:
        print_json(IncidentPage(incidents=done).model_dump(mode="json"))
        return
    for one in done:
        print_text(f"{one.incident_id}: {one.status.value} by {one.acknowledged_by}.")
