"""``dean state prune``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import rich_click as click

from dean_provider.cli.moments import moment
from dean_provider.cli.options import confirm_option, json_option

if TYPE_CHECKING:
    from uuid import UUID

    from dean_provider.state.stream import Sessions


@click.command()
@click.option("--older-than", "before", callback=moment, required=True, metavar="AGE", help="Ended longer ago than this (90d), or before.")
@click.option(
    "--status",
    "statuses",
    type=click.Choice(["completed", "failed", "cancelled"]),
    multiple=True,
    default=("completed",),
    show_default=True,
    help="How it ended. May be repeated.",
)
@click.option("--export", "uri", metavar="URI", help="New file that everything is written to before it is deleted.")
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted.")
@confirm_option
@json_option
def prune(*, before: datetime, statuses: Sequence[str], uri: str | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Delete old workflows from the record, once an export of them was written, read back and verified.

    The deletion is an event of the installation's own record, and `dean audit import` brings everything back.
    """
    from dean_provider.cli.confirming import sure
    from dean_provider.cli.database import record_sessions
    from dean_provider.contract.workflow import WorkflowStatus
    from dean_provider.state.retention import old_workflows
    from dean_provider.state.stream import count_events

    if uri is None and not dry_run:
        raise click.UsageError("Nothing is deleted without --export.")
    sessions = record_sessions()
    with sessions() as session:
        found = old_workflows(session, before, [WorkflowStatus(status) for status in statuses])
    events = count_events(sessions, found) if found else 0
    if dry_run or not found or uri is None:
        _print({"workflows": [str(one) for one in found], "events": events, "deleted": False}, as_json=as_json)
        return
    sure(f"Delete {len(found)} workflows with {events} events, after writing them to {uri}?", yes=yes, as_json=as_json)
    _print(_pruned(sessions, found, uri, events), as_json=as_json)


def _pruned(sessions: Sessions, found: Sequence[UUID], uri: str, events: int) -> dict[str, Any]:
    from dean_provider.cli.database import caller, object_at
    from dean_provider.cli.progress import progress_bar
    from dean_provider.state.retention import prune as delete
    from dean_provider.state.signing import installed_keys

    target, now = object_at(uri), datetime.now(timezone.utc)
    with progress_bar("exporting and deleting", 3 * events) as advance:
        done = delete(sessions, found, target, actor=caller(), now=now, keys=installed_keys(), on_progress=advance)
    gone, kept = ([str(one) for one in ids] for ids in (done.workflows, done.kept))
    return {"workflows": gone, "events": done.events, "deleted": True, "export": str(target), "kept": kept}


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    from dean_provider.cli.terminal import print_json

    if as_json:
        print_json(result)
        return
    verb = "Deleted" if result["deleted"] else "Would delete" if result["workflows"] else "There is nothing to delete:"
    click.echo(f"{verb} {len(result['workflows'])} workflows with {result['events']} events.")
    for one in result["workflows"] if not result["deleted"] else ():
        click.echo(f"  {one}")
    if kept := result.get("kept"):
        click.echo(f"Kept {len(kept)} that went on meanwhile: {', '.join(kept)}.")
    if result["deleted"]:
        click.echo(f"They are in {result['export']}.")
