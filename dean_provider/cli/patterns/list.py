"""``dean patterns list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option, print_listing

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.pattern import Pattern

STATUSES = ("discovered", "accepted", "refused", "quarantined")


@click.command("list")
@click.option("--trial", metavar="TRIAL", help="Only those found in this trial: its id, the beginning of it, or its name.")
@click.option("--objective", help="Only those of this objective.")
@click.option("--status", type=click.Choice(STATUSES), help="Only those about which this was decided.")
@limit_option(50)
@all_option
@cursor_option
@asking
@json_option
def list_(
    gateway: Gateway,
    *,
    trial: str | None,
    objective: str | None,
    status: str | None,
    limit: int,
    everything: bool,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List patterns: those of one trial, or the registry's, newest first."""
    if trial and objective:
        raise click.UsageError("Give either --trial or --objective: a trial has one objective.")
    listing = _listing(gateway, trial, limit=None if everything else limit, objective=objective, status=status, cursor=cursor)
    print_listing(
        listing, ("pattern", "status", "effect (95 %)", "q", "objective", "found", "says"), _row, none="No patterns.", as_json=as_json
    )


def _listing(gateway: Gateway, trial: str | None, *, limit: int | None, objective: str | None, **given: str | None) -> Listing:
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.contract.endpoints.gateway import LIST_PATTERNS, LIST_TRIAL_PATTERNS
    from dean_provider.contract.inspection import ListTrialPatterns
    from dean_provider.contract.pattern import ListPatterns

    if trial:
        found = ListTrialPatterns.model_validate({**given, "workflow_id": trial_id_of(gateway, trial)})
        return Listing(gateway, LIST_TRIAL_PATTERNS, found, "patterns", limit=limit)
    return Listing(gateway, LIST_PATTERNS, ListPatterns.model_validate({**given, "objective": objective}), "patterns", limit=limit)


def _row(pattern: Pattern) -> tuple[str, ...]:
    from dean_provider.cli.moments import shown

    return (
        pattern.pattern_id,
        pattern.status.value,
        _effect(pattern),
        "" if pattern.support is None else f"{pattern.support.q_value:.2g}",
        pattern.objective or "",
        shown(pattern.discovered_at),
        pattern.description,
    )


def _effect(pattern: Pattern) -> str:
    effect = pattern.effectiveness
    return "" if effect is None else f"{effect.mean:+.3g} ({effect.low:+.3g} to {effect.high:+.3g})"
