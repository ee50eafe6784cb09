"""``dean state rebuild``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.options import json_option, workflow_option

if TYPE_CHECKING:
    from dean_provider.errors import ConflictError
    from dean_provider.state.rebuild import Rebuilt


@click.command()
@workflow_option
@click.option("--force", is_flag=True, help="Even where the events or the end of the chain are not what was written; that is forgotten.")
@json_option
@click.pass_context
def rebuild(ctx: click.Context, *, workflows: Sequence[UUID], force: bool, as_json: bool) -> None:
    """Fold the events of every workflow again and make its rows what comes out.

    Rows that are right stay as they are. Airflow may run meanwhile. A workflow whose chain is not what was written is left alone and
    named, and the exit code is 5.
    """
    from dean_provider.cli.database import record_sessions
    from dean_provider.cli.progress import progress_bar
    from dean_provider.errors import ConflictError
    from dean_provider.state.rebuild import rebuild as make_again
    from dean_provider.state.signing import installed_keys
    from dean_provider.state.stream import count_events, workflow_ids

    sessions, keys = record_sessions(), installed_keys()
    with progress_bar("rebuilding", count_events(sessions, workflows)) as advance:
        wanted = workflows or workflow_ids(sessions)
        done: list[Rebuilt] = []
        left: list[ConflictError] = []
        for one in wanted:
            try:
                done.append(make_again(sessions, one, keys=keys, force=force, on_progress=advance))
            except ConflictError as error:  # noqa: PERF203 - one bad chain keeps nobody from the others
                left.append(error)
    _print(done, left, as_json=as_json)
    if left:
        ctx.exit(ExitCode.DIFFERENT)


def _print(done: Sequence[Rebuilt], left: Sequence[ConflictError], *, as_json: bool) -> None:
    from dean_provider.cli.terminal import print_json, print_table

    changed = [one for one in done if one.changed]
    events = sum(one.events for one in done)
    if as_json:
        documents = [{**vars(one), "workflow_id": str(one.workflow_id)} for one in changed]
        refused = [{"workflow_id": error.details["workflow_id"], "message": error.message} for error in left]
        print_json({"workflows": len(done), "events": events, "changed": documents, "left": refused})
        return
    click.echo(f"{len(done)} workflows, {events} events: {len(changed)} had rows that were not what they say.")
    if changed:
        rows = [(str(one.workflow_id), ", ".join(one.columns), *map(str, (one.generations, one.snapshots, one.alerts))) for one in changed]
        print_table(("workflow", "columns", "generations", "snapshots", "alerts"), rows)
    for error in left:
        click.echo(f"Left alone: {error.message} {' '.join(error.suggestions)}", err=True)
