"""``dean audit export``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from uuid import UUID

import rich_click as click

from dean_provider.cli.options import json_option, workflow_option


@click.command()
@click.argument("uri")
@workflow_option
@json_option
def export(*, uri: str, workflows: Sequence[UUID], as_json: bool) -> None:
    """Write the record to URI: a path, or any file that Airflow's object storage reaches (s3://conn@bucket/key).

    JSON Lines, one event a line, verified on the way. What is there already is never overwritten.
    """
    from dean_provider.cli.database import object_at, record_sessions
    from dean_provider.cli.progress import progress_bar
    from dean_provider.cli.terminal import print_json
    from dean_provider.state.exporting import export as write
    from dean_provider.state.signing import installed_keys
    from dean_provider.state.stream import count_events

    sessions, target = record_sessions(), object_at(uri)
    with progress_bar("exporting", count_events(sessions, workflows)) as advance:
        now = datetime.now(timezone.utc)
        header = write(sessions, target, list(workflows) or None, now=now, keys=installed_keys(), on_progress=advance)
    if as_json:
        print_json({"export": str(target), "workflows": len(header.heads), "events": header.events})
    else:
        click.echo(f"Wrote {len(header.heads)} workflows with {header.events} events to {target}.")
