"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import rich_click as click

__all__ = ["CONTEXT", "PORT_VARIABLE", "database_option", "home_option", "json_option", "port_option"]

CONTEXT = {"help_option_names": ["-h", "--help"]}
PORT_VARIABLE = "DEAN_LOCAL_PORT"

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document; an error is one too.")

database_option = click.option(
    "--db", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True, help="Airflow's metadata database."
)

port_option = click.option(
    "--port",
    metavar="N|auto",
    envvar=PORT_VARIABLE,
    default="8080",
    show_default=True,
    help="Port of Airflow's UI; the services take N + 1 and N + 10. auto: free ones.",
)


def home_option(default: str) -> Callable[[Any], Any]:
    """The folder in which a local Airflow lives."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option("--home", type=kind, default=default, show_default=True, help="Folder that everything of it lives in.")
