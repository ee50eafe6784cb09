"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import rich_click as click

__all__ = [
    "CONTEXT",
    "PORT_VARIABLE",
    "allow_unsigned_option",
    "asking",
    "config_option",
    "confirm_option",
    "database_option",
    "every_option",
    "file_option",
    "home_option",
    "json_lines_option",
    "json_option",
    "key_option",
    "note_option",
    "port_option",
    "reason_option",
    "url_option",
    "wait_option",
    "workflow_option",
]

CONTEXT = {"help_option_names": ["-h", "--help"]}
PORT_VARIABLE = "DEAN_LOCAL_PORT"

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document; an error is one too.")

json_lines_option = click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one document a line; an error is one too.")

url_option = click.option(
    "--url", envvar="DEAN_URL", metavar="URL", help="Airflow's address. Default: where you signed in, else http://localhost:8080."
)

key_option = click.option(
    "--idempotency-key",
    metavar="KEY",
    help="Asking again with the same key finds what was started the first time. Default: a new one.",
)

config_option = click.option(
    "-c", "--config", "given", multiple=True, metavar="NAME=VALUE", help="A setting of the trial, such as seed=7. May be repeated."
)

file_option = click.option(
    "-f", "--file", type=click.Path(path_type=Path, dir_okay=False), help="YAML file of settings, as `dean config validate` checks it."
)

note_option = click.option("--note", help="Note for the DAG run.")

wait_option = click.option("--wait", is_flag=True, help="Follow the new trial until it ends; the exit code tells how.")

every_option = click.option(
    "--every", type=click.FloatRange(min=0.1), default=2.0, show_default=True, metavar="SECONDS", help="Time between two looks."
)

reason_option = click.option("--reason", default="", help="Why; it is recorded.")

confirm_option = click.option("-y", "--yes", is_flag=True, help="Do not ask whether you are sure.")

workflow_option = click.option(
    "--workflow", "workflows", type=click.UUID, multiple=True, metavar="ID", help="Only this workflow. May be repeated. Default: all."
)

allow_unsigned_option = click.option(
    "--allow-unsigned",
    is_flag=True,
    help="Believe executions without any signed event though [dean] audit_key is set: those recorded before it was.",
)

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


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """For a command that asks the gateway: it takes ``--url``, and is given the gateway there as its first argument."""

    @url_option
    @wraps(command)
    def run(*, url: str | None, **options: Any) -> Any:
        from dean_provider.cli.gateway import gateway_for

        with gateway_for(url) as gateway:
            return command(gateway, **options)

    return run
