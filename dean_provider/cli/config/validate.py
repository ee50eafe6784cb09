"""``dean config validate``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from dean_provider.cli.options import json_option
from dean_provider.cli.terminal import print_json, print_table


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def validate(*, file: Path, as_json: bool) -> None:
    """Check the YAML file FILE by itself and list everything that is wrong with it."""
    from dean_provider.config import check_file
    from dean_provider.config.text import to_text

    resolved = check_file(file, "FILE")
    values = resolved.display()
    given = {name: values[name] for name, origin in resolved.origins.items() if origin != "default"}
    if as_json:
        print_json({"file": str(file), "valid": True, "settings": given})
        return
    click.echo(f"{file} is valid and gives {len(given)} setting{'' if len(given) == 1 else 's'}.")
    if given:
        print_table(("setting", "value"), [(name, to_text(value)) for name, value in given.items()])
