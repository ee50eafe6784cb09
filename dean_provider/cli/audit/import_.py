"""``dean audit import``."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.options import allow_unsigned_option, json_option


@click.command(name="import")
@click.argument("uri")
@allow_unsigned_option
@json_option
def import_(*, uri: str, allow_unsigned: bool, as_json: bool) -> None:
    """Take into the record what URI holds and the record does not, ids and hashes as they are.

    The whole file is verified first. A workflow that has another history here is refused, and nothing is ever replaced.
    Where there is a key, so is what nobody signed.
    """
    from dean_provider.cli.database import caller, object_at, record_sessions
    from dean_provider.cli.progress import progress_bar
    from dean_provider.cli.terminal import print_json
    from dean_provider.state.archive import read_header
    from dean_provider.state.exporting import opened
    from dean_provider.state.importing import import_export
    from dean_provider.state.signing import installed_keys

    sessions, source, keys = record_sessions(), object_at(uri), installed_keys()
    with opened(source) as lines:
        events = read_header(lines, keys, allow_unsigned=allow_unsigned).events
    with progress_bar("verifying and importing", 2 * events) as advance:
        done = import_export(sessions, source, actor=caller(), keys=keys, allow_unsigned=allow_unsigned, on_progress=advance)
    if as_json:
        print_json({"workflows": [str(one) for one in done.workflows], "events": done.events, "known": done.known})
    else:
        click.echo(f"Took {done.events} events of {len(done.workflows)} workflows; {done.known} were here already.")
