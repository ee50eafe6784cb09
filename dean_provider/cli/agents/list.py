"""``dean agents list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option

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
    from dean_provider.cli.naming import trial_of
    from dean_provider.cli.terminal import print_json, print_text
    from dean_provider.contract.endpoints.gateway import LIST_TRIAL_AGENTS
    from dean_provider.contract.inspection import ListTrialAgents
    from dean_provider.contract.population import AgentPage

    meant = trial_of(gateway, trial)
    if generation is None and not all_generations and meant.generation >= 0:
        generation = meant.generation
    request = ListTrialAgents(workflow_id=meant.id, generation=generation, cursor=cursor)
    listing = Listing(gateway, LIST_TRIAL_AGENTS, request, "agents", limit=None if everything else limit)
    agents = listing.read()
    if as_json:
        print_json(AgentPage(agents=agents, next_cursor=listing.next_cursor).model_dump(mode="json"))
        return
    if not agents:
        print_text("No agents.")
        return
    _print(agents)
    listing.print_more()


def _print(agents: list[Agent]) -> None:
    from dean_provider.cli.figures import fitness
    from dean_provider.cli.terminal import print_table

    rows = [
        (
            agent.agent_id,
            str(agent.generation),
            str(agent.position),
            fitness(agent.fitness),
            agent.variation.value,
            " ".join(agent.parent_ids),
        )
        for agent in agents
    ]
    print_table(("agent", "generation", "position", "fitness", "came by", "parents"), rows)
