"""``dean status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.installation import Status
    from dean_provider.contract.monitoring import ServiceState


@click.command()
@asking
@json_option
def status(gateway: Gateway, *, as_json: bool) -> int:
    """Show how everything is: the services, the record, and how many of your trials stand how.

    The exit code is 4 when something that is needed does not serve.
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
        print_table(("service", "status", "since", "answered in", "says"), _rows(found, _watched(gateway)))
    return ExitCode.SERVICE_UNAVAILABLE if found.status is HealthStatus.UNHEALTHY else ExitCode.OK


def _watched(gateway: Gateway) -> list[ServiceState]:
    """What the gateway has been watching; nothing where it is older than that."""
    from dean_provider.contract.endpoints.gateway import READ_OVERVIEW
    from dean_provider.contract.service import Empty
    from dean_provider.errors import DeanError

    try:
        return gateway.call(READ_OVERVIEW, Empty()).services
    except DeanError:
        return []


def _rows(found: Status, watched: list[ServiceState]) -> list[tuple[str, ...]]:
    """The services asked just now, with since when they are so, if they were so before; then whatever else is watched."""
    from dean_provider.cli.moments import shown

    known = {state.name: state for state in watched}
    rows: list[tuple[str, ...]] = []
    for name, check in found.services.items():
        state = known.pop(name, None)
        same = state is not None and state.status.value == check.status.value
        message = check.message or (state.message if state and same else "")
        rows.append((name, check.status.value, shown(state.since) if state and same else "", _seconds(check.latency_seconds), message))
    for state in known.values():
        rows.append((state.name, state.status.value, shown(state.since), _seconds(state.latency_seconds), state.message))  # noqa: PERF401
    return rows


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f} ms"
