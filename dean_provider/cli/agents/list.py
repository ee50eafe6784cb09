"""``dean agents list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option, print_listing

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.population import Agent


@click.command("list")
@click.argument("trial")
@click.option("--generation", type=click.IntRange(min=0), help="Only those of this generation. Default: the last one there is.")
@click.option("--all-generations", is_flag=True, help="Those of every generation.")
@limit_option(100)
@all_option
@cursor_option
@asking
@json_option
def list_(
    gateway: Gateway,
    *,
    trial: str,
    generation: int | None,
    all_generations: bool,
    limit: int,
    everything: bool,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List the agents of TRIAL."""
    if generation is not None and all_generations:
        raise click.UsageError("Give either --generation or --all-generations.")
    from dean_provider.cli.naming import trial_of
    from dean_provider.contract.endpoints.gateway import LIST_TRIAL_AGENTS
    from dean_provider.contract.inspection import ListTrialAgents

    meant = trial_of(gateway, trial)
    if generation is None and not all_generations and meant.generation >= 0:
        generation = meant.generation
    request = ListTrialAgents(workflow_id=meant.id, generation=generation, cursor=cursor)
    listing = Listing(gateway, LIST_TRIAL_AGENTS, request, "agents", limit=None if everything else limit)
    print_listing(listing, ("agent", "generation", "position", "fitness", "came by", "parents"), _row, none="No agents.", as_json=as_json)


def _row(agent: Agent) -> tuple[str, ...]:
    from dean_provider.cli.figures import fitness

    return (
        agent.agent_id,
        str(agent.generation),
        str(agent.position),
        fitness(agent.fitness),
        agent.variation.value,
        " ".join(agent.parent_ids),
    )
