"""``dean config show``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from dean_provider.cli.options import json_option
from dean_provider.cli.terminal import print_json, print_table


@click.command()
@click.option("--origin", is_flag=True, help="Tell where each value comes from.")
@click.option("-o", "--option", "given", multiple=True, metavar="NAME=VALUE", help="Give a setting a value for this look. May be repeated.")
@click.option(
    "--config-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="YAML file to read instead of the one that [dean] config_file names.",
)
@json_option
def show(*, origin: bool, given: Sequence[str], config_file: Path | None, as_json: bool) -> None:
    """Show every setting as it holds here; secrets are masked.

    Defaults < YAML file < AIRFLOW__DEAN__… and airflow.cfg < --option.
    """
    from dean_provider.config import OverrideSource, resolve
    from dean_provider.config.text import to_text

    resolved = resolve(_overrides(given), config_file=config_file, source=OverrideSource.COMMAND_LINE)
    values = resolved.display()
    if as_json:
        print_json({name: {"value": value, "origin": resolved.origins[name]} if origin else value for name, value in values.items()})
        return
    rows = [(name, to_text(value), *((resolved.origins[name],) if origin else ())) for name, value in values.items()]
    print_table(("setting", "value", *(("origin",) if origin else ())), rows)


def _overrides(given: Sequence[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs by name, values read as their setting wants them; a setting given again replaces the earlier one."""
    from dean_provider.config import options
    from dean_provider.config.text import from_text

    overrides: dict[str, Any] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint="--option")
        option = options().get(name.strip().removeprefix("trial."))
        overrides[option.name if option else name.strip()] = from_text(option, text) if option else text
    return overrides
