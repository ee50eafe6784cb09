"""``dean up``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from dean_provider.cli.extras import SERVICE_MODULES, needing
from dean_provider.cli.options import database_option, home_option, port_option


@click.command()
@database_option
@port_option
@home_option(".dean/up")
def up(*, db: str, port: str, home: Path) -> None:
    """Start the services and an Airflow of their own, and stay until Ctrl-C.

    Prints where the Airflow UI is and how to sign in. Runs, connections and reports are there again the next time.
    """
    from typing import cast

    with needing("local", *SERVICE_MODULES):
        from dean_provider.local.ports import Ports
        from dean_provider.local.stack import Database
        from dean_provider.local.up import run
    run(home=home, db=cast("Database", db), ports=Ports.parse(port))
