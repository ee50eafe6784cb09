"""``dean alerts validate``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from dean_provider.cli.options import json_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def validate(*, file: Path, as_json: bool) -> None:
    """Check the file of alert rules FILE and list everything that is wrong with it."""
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.monitoring.alerts.book import read_book

    book = read_book(file)
    changed = sorted(book.changed)
    if as_json:
        print_json({"file": str(file), "valid": True, "rules": len(book.enabled), "changed": changed, "routes": len(book.routes)})
        return
    print_text(f"{file} is valid: {len(book.enabled)} rules hold, {len(changed)} of them as the file says, {len(book.routes)} routes.")
