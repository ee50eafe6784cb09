"""``dean status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.installation import ServiceCheck, Status
    from dean_provider.contract.monitoring import ServiceState


@click.command()
@asking
@json_option
def status(gateway: Gateway, *, as_json: bool) -> int:
    """Show how everything is: the services, the record, and how many of your trials stand how.

    The exit code is 4 when something that is needed does not serve: IndexAgent, the Evolution API, the database, or a component of Airflow.
    """
    from dean_provider.cli.terminal import print_json, print_pairs, print_table, print_text
    from dean_provider.contract.endpoints.gateway import READ_STATUS
    from dean_provider.contract.service import Empty, HealthStatus

    found = gateway.call(READ_STATUS, Empty())
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print_pairs(
            [
                ("status", found.status.value),
                ("at", gateway.sign_in.url),
                ("as", found.user),
                ("versions", f"dean-provider {found.version}, Airflow {found.airflow_version}"),
                ("trials", ", ".join(f"{count} {name}" for name, count in found.trials.items() if count) or "none"),
            ]
        )
        print_text("")
        print_table(("service", "status", "since", "answered in", "says"), _rows(found))
    return ExitCode.SERVICE_UNAVAILABLE if found.status is HealthStatus.UNHEALTHY else ExitCode.OK


def _rows(found: Status) -> list[tuple[str, ...]]:
    """The services asked just now, then whatever else is watched."""
    from dean_provider.cli.moments import shown

    states: list[tuple[str, ServiceCheck | ServiceState]] = [*found.services.items(), *((state.name, state) for state in found.watched)]
    return [(name, one.status.value, shown(one.since), _seconds(one.latency_seconds), one.message) for name, one in states]


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f} ms"
