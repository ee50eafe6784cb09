"""``dean demo``."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from dean_provider.cli.extras import SERVICE_MODULES, needing
from dean_provider.cli.options import database_option, home_option, json_option, port_option


@click.command()
@database_option
@port_option
@home_option(".dean/demo")
@click.option("--seed", type=int, help="Seed of the trial.  [default: 2026]")
@click.option("--population-size", type=int, help="Agents in each generation.  [default: 60]")
@click.option("--generations", type=int, help="Steps after the initial population.  [default: 60]")
@json_option
def demo(*, db: str, port: str, home: Path, as_json: bool, **trial: int | None) -> None:
    """Run a real trial on an Airflow of its own, and show what it found.

    Starts Airflow and the reference services on this machine, evolves an online bin-packing policy, compares it with first fit and best fit
    on instances it never saw, and stops all it started. An Airflow you already have is neither used nor touched.

    With --json, progress goes to stderr and the result, one JSON object, ends stdout; result.json in the home holds it too.
    """
    from typing import cast

    from dean_provider.config import OverrideSource, resolve

    given = {name: value for name, value in trial.items() if value is not None}
    resolve(given, environ={}, airflow_option=lambda _: None, source=OverrideSource.COMMAND_LINE)
    with needing("local", *SERVICE_MODULES):
        from dean_provider.local.demo import Demo, run
        from dean_provider.local.ports import Ports
        from dean_provider.local.stack import Database
    run(Demo(home=home, db=cast("Database", db), ports=Ports.parse(port), **given), as_json=as_json)
