"""``dean audit``: whether the record is what was written, and copies of it."""

from __future__ import annotations

import rich_click as click

from dean_provider.cli.audit.export import export
from dean_provider.cli.audit.import_ import import_
from dean_provider.cli.audit.verify import verify

__all__ = ["audit"]


@click.group()
def audit() -> None:
    """Verify the record of what happened, write it to a file, and take it from one."""


for command in (export, import_, verify):
    audit.add_command(command)
