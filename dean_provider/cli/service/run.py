"""``dean service run``: the same as ``python -m dean_provider.services``, which needs no Airflow either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rich_click as click

from dean_provider.cli.extras import SERVICE_MODULES, needing

PORTS = click.IntRange(0, 65535)
LEVELS = click.Choice(["debug", "info", "warning", "error"])


@click.group()
def run() -> None:
    """Run a reference service here until it is stopped.

    Every option is also an environment variable, DEAN_INDEXAGENT_… or DEAN_EVOLUTION_…; an option wins.
    """


def _single(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a service that runs by itself."""
    for option in (
        click.option("--log-level", type=LEVELS, help="How much is logged."),
        click.option("--database", metavar="URL", help="SQLAlchemy URL of a SQLite file or of PostgreSQL."),
        click.option("--port", type=PORTS, help="Port to listen on; 0 picks a free one."),
        click.option("--host", help="Address to listen on. Default: 127.0.0.1."),
    ):
        command = option(command)
    return command


@run.command()
@_single
def indexagent(**options: Any) -> int:
    """Run IndexAgent; port 8081 unless told otherwise."""
    return _start("indexagent", options)


@run.command()
@_single
@click.option("--indexagent-url", metavar="URL", help="Where IndexAgent answers.")
@click.option("--workers", type=click.IntRange(1), help="Processes that evaluate.")
def evolution(**options: Any) -> int:
    """Run the Evolution API; port 8090 unless told otherwise."""
    return _start("evolution", options)


@run.command(name="all")
@click.option("--host", help="Address to listen on. Default: 127.0.0.1.")
@click.option("--indexagent-port", type=PORTS, help="Port of IndexAgent. Default: 8081.")
@click.option("--evolution-port", type=PORTS, help="Port of the Evolution API. Default: 8090.")
def both(**options: Any) -> int:
    """Run both; when one ends, so does the other."""
    return _start("all", options)


def _start(service: str, options: dict[str, Any]) -> int:
    given = [word for name, value in options.items() if value is not None for word in (f"--{name.replace('_', '-')}", str(value))]
    with needing("services", *SERVICE_MODULES):
        from dean_provider.services.command import run as run_service

        return run_service([service, *given])
