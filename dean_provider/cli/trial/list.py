"""``dean trial list``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import rich_click as click

from dean_provider.cli.labels import label
from dean_provider.cli.moments import moment
from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option, print_listing

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.workflow import Workflow

STATUSES = ("requested", "preparing", "running", "paused", "completed", "failed", "cancelled")


@click.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only those that stand so.")
@click.option("--dag-id", help="Only those of this DAG.")
@click.option("--run-id", help="Only those of this DAG run.")
@click.option("--objective", help="Only those of this objective.")
@click.option("--name", help="Only those with this name.")
@click.option("--owner", help="Only those that this person asked for.")
@click.option("--parent", help="Only forks of this trial: its id, the beginning of it, or its name.", metavar="TRIAL")
@click.option("--label", metavar="KEY=VALUE", callback=label, help="Only those with this label.")
@click.option("--search", metavar="TEXT", help="Only those with this in their name or id.")
@click.option(
    "--since",
    "created_after",
    metavar="MOMENT",
    callback=moment,
    help="Only those asked for after this: a moment, or how long ago (2h, 7d).",
)
@click.option("--until", "created_before", metavar="MOMENT", callback=moment, help="Only those asked for before this.")
@limit_option(20)
@all_option
@cursor_option
@asking
@json_option
def list_(
    gateway: Gateway,
    *,
    parent: str | None,
    created_after: datetime | None,
    created_before: datetime | None,
    limit: int,
    everything: bool,
    cursor: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """List the trials you may see, newest first."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.contract.endpoints.gateway import LIST_TRIALS
    from dean_provider.contract.workflow import ListWorkflows

    request = ListWorkflows(
        parent_id=trial_id_of(gateway, parent) if parent else None,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        **filters,
    )
    listing = Listing(gateway, LIST_TRIALS, request, "workflows", limit=None if everything else limit)
    columns = ("id", "name", "status", "generation", "best fitness", "tokens", "asked for", "by", "DAG")
    print_listing(listing, columns, _row, none="No trials.", as_json=as_json)


def _row(workflow: Workflow) -> tuple[str, ...]:
    import sys

    from dean_provider.cli.figures import fitness, progress, short
    from dean_provider.cli.moments import shown

    return (
        short(workflow.id) if sys.stdout.isatty() else str(workflow.id),
        workflow.name,
        workflow.status.value,
        progress(workflow),
        fitness(workflow.best_fitness),
        str(workflow.tokens_used),
        shown(workflow.created_at),
        workflow.owner or "",
        workflow.dag_id or "",
    )
