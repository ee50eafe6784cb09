"""``dean state rebuild``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import rich_click as click

from dean_provider.cli.options import json_option, workflow_option


@click.command()
@workflow_option
@click.option("--force", is_flag=True, help="Even where a row knows of another end of the chain, which then is forgotten.")
@json_option
def rebuild(*, workflows: Sequence[UUID], force: bool, as_json: bool) -> None:
    """Fold the events of every workflow again and make its rows what comes out.

    Rows that are right stay as they are. Airflow may run meanwhile.
    """
    from dean_provider.cli.database import record_sessions
    from dean_provider.cli.progress import progress_bar
    from dean_provider.cli.terminal import print_json, print_table
    from dean_provider.state.rebuild import rebuild as make_again
    from dean_provider.state.signing import installed_keys
    from dean_provider.state.stream import count_events, workflow_ids

    sessions, keys = record_sessions(), installed_keys()
    with progress_bar("rebuilding", count_events(sessions, workflows)) as advance:
        wanted = workflows or workflow_ids(sessions)
        done = [make_again(sessions, one, keys=keys, force=force, on_progress=advance) for one in wanted]
    changed = [one for one in done if one.changed]
    if as_json:
        documents = [{**vars(one), "workflow_id": str(one.workflow_id)} for one in changed]
        print_json({"workflows": len(done), "events": sum(one.events for one in done), "changed": documents})
        return
    click.echo(f"{len(done)} workflows, {sum(one.events for one in done)} events: {len(changed)} had rows that were not what they say.")
    if changed:
        rows = [(str(one.workflow_id), ", ".join(one.columns), *map(str, (one.generations, one.snapshots, one.alerts))) for one in changed]
        print_table(("workflow", "columns", "generations", "snapshots", "alerts"), rows)
