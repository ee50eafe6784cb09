"""``dean agents show``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from uuid import UUID

    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.population import Agent, Lineage

_GENES = 24


@click.command()
@click.argument("trial")
@click.argument("agent")
@click.option("--depth", type=click.IntRange(0, 1000), default=0, show_default=True, help="Generations of ancestors to show.")
@asking
@json_option
def show(gateway: Gateway, *, trial: str, agent: str, depth: int, as_json: bool) -> None:
    """Show AGENT of TRIAL, and with --depth whom it descends from.

    AGENT is an agent's id, or "best" for the fittest of the last generation.
    """
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.terminal import print_json, print_pairs, print_table, print_text
    from dean_provider.contract.endpoints.gateway import READ_TRIAL_AGENT, READ_TRIAL_LINEAGE
    from dean_provider.contract.inspection import ReadTrialAgent, ReadTrialLineage

    workflow_id = trial_id_of(gateway, trial)
    agent_id = _best(gateway, workflow_id) if agent == "best" else agent
    lineage: Lineage | None = None
    if depth:
        lineage = gateway.call(READ_TRIAL_LINEAGE, ReadTrialLineage(workflow_id=workflow_id, agent_id=agent_id, depth=depth))
        found = lineage.agent
    else:
        found = gateway.call(READ_TRIAL_AGENT, ReadTrialAgent(workflow_id=workflow_id, agent_id=agent_id))
    if as_json:
        print_json((lineage or found).model_dump(mode="json"))
        return
    print_pairs([(name, value) for name, value in _pairs(found) if value])
    if lineage is not None:
        print_text("")
        print_table(("ancestor", "generation", "fitness", "came by"), [_row(ancestor) for ancestor in lineage.ancestors])
        if lineage.truncated:
            print_text("There are more.")


def _best(gateway: Gateway, workflow_id: UUID) -> str:
    from dean_provider.contract.endpoints.gateway import READ_METRICS, READ_TRIAL
    from dean_provider.contract.workflow import ReadMetrics, WorkflowRef
    from dean_provider.errors import NotFoundError

    trial = gateway.call(READ_TRIAL, WorkflowRef(workflow_id=workflow_id))
    if trial.generation < 0:
        raise NotFoundError(f"{trial.name or trial.id} has no generation yet.", details={"trial": str(trial.id)})
    metrics = gateway.call(READ_METRICS, ReadMetrics(workflow_id=workflow_id, start=trial.generation, end=trial.generation))
    return metrics.points[-1].best_agent_id


def _row(agent: Agent) -> tuple[str, str, str, str]:
    from dean_provider.cli.figures import fitness

    return agent.agent_id, str(agent.generation), fitness(agent.fitness), agent.variation.value


def _pairs(agent: Agent) -> Iterator[tuple[str, str]]:
    from dean_provider.cli.figures import fitness
    from dean_provider.cli.terminal import told

    yield "agent", agent.agent_id
    yield "name", agent.name
    yield "population", agent.population_id or ""
    yield "generation", f"{agent.generation}, position {agent.position}"
    yield "fitness", fitness(agent.fitness)
    yield "came by", agent.variation.value
    yield "parents", "\n".join(agent.parent_ids)
    for name, value in agent.traits.items():
        yield name, _shortened(value)
    if not agent.traits:
        yield "genome", _shortened(list(agent.genome))
    yield "labels", told(agent.labels)


def _shortened(value: object) -> str:
    """Many genes are cut: ``--json`` has them all."""
    if not isinstance(value, list):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    genes = " ".join(f"{gene:.4g}" if isinstance(gene, float) else str(gene) for gene in value[:_GENES])
    return f"{genes} … ({len(value)})" if len(value) > _GENES else genes
