"""``dean alerts list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option, print_listing

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.alert import Incident

STATUSES = ("firing", "acknowledged", "resolved")
SEVERITIES = ("info", "warning", "critical")


@click.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that stand so.")
@click.option("--history", is_flag=True, help="Also those that are over.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only those that are so grave.")
@click.option("--rule", help="Only those of this rule.")
@click.option("--trial", metavar="TRIAL", help="Only those about this trial: its id, the beginning of it, or its name.")
@limit_option(50)
@all_option
@cursor_option
@asking
@json_option
def list_(
    gateway: Gateway,
    *,
    history: bool,
    trial: str | None,
    limit: int,
    everything: bool,
    as_json: bool,
    **filters: Any,
) -> None:
    """List incidents, newest first: those that are not over, unless you ask for more."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.contract.alert import ListAlerts
    from dean_provider.contract.endpoints.gateway import LIST_ALERTS

    request = ListAlerts(
        open=None if history or filters["status"] else True,
        workflow_id=trial_id_of(gateway, trial) if trial else None,
        **filters,
    )
    listing = Listing(gateway, LIST_ALERTS, request, "incidents", limit=None if everything else limit)
    print_listing(listing, ("incident", "severity", "status", "since", "until", "says"), _row, none="No incidents.", as_json=as_json)


def _row(one: Incident) -> tuple[str, ...]:
    from dean_provider.cli.moments import shown

    return one.incident_id, one.severity.value, _standing(one), shown(one.raised_at), shown(one.resolved_at), one.message


def _standing(incident: Incident) -> str:
    notes = [f"by {incident.acknowledged_by}"] if incident.acknowledged_by else []
    notes += ["silenced"] if incident.silenced_until else []
    notes += [f"explained by {incident.inhibited_by}"] if incident.inhibited_by else []
    notes += ["not told"] if incident.notification_problem else []
    return " ".join([incident.status.value, *([f"({', '.join(notes)})"] if notes else [])])
