"""``dean state show``."""

from __future__ import annotations

from uuid import UUID

import rich_click as click

from dean_provider.cli.options import json_option


@click.command()
@click.argument("workflow", type=click.UUID)
@click.option("--at", "sequence", type=click.IntRange(min=1), metavar="SEQUENCE", help="As it was after this event. Default: the last one.")
@json_option
def show(*, workflow: UUID, sequence: int | None, as_json: bool) -> None:
    """Show what the events of WORKFLOW say, and nothing else: no row but theirs is read."""
    from dean_provider.cli.database import record_sessions
    from dean_provider.cli.terminal import print_json, print_pairs, told
    from dean_provider.state.canonical import MOST
    from dean_provider.state.folded import to_document
    from dean_provider.state.rebuild import state_at

    with record_sessions()() as session:
        document = to_document(state_at(session, workflow, sequence or MOST))
    if as_json:
        print_json(document)
    else:
        print_pairs([(name, told(value).lstrip("=")) for name, value in document.items() if value not in (None, "", [], {})])
