"""``dean trial list``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import rich_click as click

from dean_provider.cli.moments import moment
from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import all_option, cursor_option, limit_option

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
@click.option("--label", metavar="KEY=VALUE", help="Only those with this label.")
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
    from dean_provider.cli.paging import Listing
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.endpoints.gateway import LIST_TRIALS
    from dean_provider.contract.workflow import ListWorkflows, WorkflowPage

    request = ListWorkflows(
        parent_id=trial_id_of(gateway, parent) if parent else None,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        **filters,
    )
    listing = Listing(gateway, LIST_TRIALS, request, "workflows", limit=None if everything else limit)
    workflows = listing.read()
    if as_json:
        print_json(WorkflowPage(workflows=workflows, next_cursor=listing.next_cursor).model_dump(mode="json"))
        return
    if not workflows:
        print_text("No trials.")
        return
    _print(workflows)
    listing.print_more()


def _print(workflows: list[Workflow]) -> None:
    import sys

    from dean_provider.cli.figures import fitness, progress, short
    from dean_provider.cli.moments import shown
    from dean_provider.cli.terminal import print_table

    narrow = sys.stdout.isatty()
    rows = [
        (
            short(workflow.id) if narrow else str(workflow.id),
            workflow.name,
            workflow.status.value,
            progress(workflow),
            fitness(workflow.best_fitness),
            str(workflow.tokens_used),
            shown(workflow.created_at),
            workflow.owner or "",
            workflow.dag_id or "",
        )
        for workflow in workflows
    ]
    print_table(("id", "name", "status", "generation", "best fitness", "tokens", "asked for", "by", "DAG"), rows)
