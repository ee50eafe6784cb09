"""``dean trial report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway

_STDOUT = Path("-")


@click.command()
@click.argument("trial")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="File to write. Default: standard output."
)
@asking
@json_option
def report(gateway: Gateway, *, trial: str, output: Path | None, as_json: bool) -> None:
    """Get the report of TRIAL, an HTML page that needs nothing but a browser."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.endpoints.gateway import READ_REPORT
    from dean_provider.contract.workflow import WorkflowRef

    file = None if output == _STDOUT else output
    if file is None and (as_json or sys.stdout.isatty()):
        raise click.UsageError("The report is an HTML page: give a file for it with --output.")
    workflow_id = trial_id_of(gateway, trial)
    page = gateway.call(READ_REPORT, WorkflowRef(workflow_id=workflow_id)).text
    if file is None:
        click.echo(page, nl=False)
        return
    size = file.write_bytes(page.encode())
    if as_json:
        print_json({"workflow_id": str(workflow_id), "file": str(file), "bytes": size})
    else:
        print_text(f"{file} ({size:,} bytes)")
