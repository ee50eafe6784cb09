"""How the best agent came to be: all known ancestors in one drawing, the fittest line of descent as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dean_provider.contract.population import Agent, Lineage, Variation
from dean_provider.report.chart import Chart, Dot, Edge
from dean_provider.report.gains import Gains
from dean_provider.report.metric import Metric
from dean_provider.report.scale import Scale
from dean_provider.report.text import RANGE, count, plural, short_id

__all__ = ["Descent", "Step", "descent"]

MOST_DRAWN = 600
MOST_STEPS = 40


@dataclass(frozen=True)
class Step:
    """One ancestor on the line of descent, or a run of unchanged copies of it.

    :param until: last generation of the run.
    """

    generations: str
    agent_id: str
    short: str
    how: str
    value: str
    gain: str


@dataclass(frozen=True)
class Descent:
    chart: Chart | None
    steps: Sequence[Step]
    left_out: int
    ancestors: int
    truncated: bool


def descent(lineage: Lineage | None, metric: Metric) -> Descent | None:
    """``None`` when no lineage is known."""
    if lineage is None:
        return None
    known = {agent.agent_id: agent for agent in (*lineage.ancestors, lineage.agent)}
    line = _line(lineage.agent, known)
    steps = _steps(line, known, metric)
    return Descent(
        chart=_chart(lineage, known, line, metric),
        steps=_bounded(steps),
        left_out=max(0, len(steps) - MOST_STEPS),
        ancestors=len(known) - 1,
        truncated=lineage.truncated,
    )


def _line(agent: Agent, known: Mapping[str, Agent]) -> list[Agent]:
    """From ``agent`` back through the fitter known parent each time, oldest first. Never visits an agent twice."""
    line, seen = [agent], {agent.agent_id}
    while True:
        parents = [known[parent] for parent in line[-1].parent_ids if parent in known and parent not in seen]
        if not parents:
            return line[::-1]
        fittest = max(parents, key=lambda parent: (_fitness(parent), parent.agent_id))
        seen.add(fittest.agent_id)
        line.append(fittest)


def _fitness(agent: Agent) -> float:
    return agent.fitness if agent.fitness is not None and not math.isnan(agent.fitness) else -math.inf


def _steps(line: Sequence[Agent], known: Mapping[str, Agent], metric: Metric) -> list[Step]:
    """One step per agent; copies carried over unchanged fold into the step of what they copy. Newest first."""
    runs: list[list[Agent]] = []
    for agent in line:
        if runs and agent.variation is Variation.ELITE:
            runs[-1].append(agent)
        else:
            runs.append([agent])
    changes = [_change(before[-1], after[0]) for before, after in pairwise(runs)]
    gains = Gains(Scale.around([change for change in changes if change is not None] + [0.0]), metric)
    told = [""] + ["" if change is None else gains.text(change) if change else "0" for change in changes]
    return [_step(run, gain, known, metric) for run, gain in zip(runs, told, strict=True)][::-1]


def _change(before: Agent, after: Agent) -> float | None:
    """The gain in fitness; ``None`` where it cannot be told."""
    if before.fitness is None or after.fitness is None or not math.isfinite(after.fitness - before.fitness):
        return None
    return after.fitness - before.fitness


def _step(run: Sequence[Agent], gain: str, known: Mapping[str, Agent], metric: Metric) -> Step:
    first, last = run[0], run[-1]
    generations = count(first.generation) if first is last else f"{count(first.generation)}{RANGE}{count(last.generation)}"
    return Step(generations, first.agent_id, short_id(first.agent_id), _how(first, known, metric), metric.fitness_text(first.fitness), gain)


def _how(agent: Agent, known: Mapping[str, Agent], metric: Metric) -> str:
    parents = " and ".join(dict.fromkeys(_named(parent, known, metric) for parent in agent.parent_ids))
    of = f" of {parents}" if parents else ""
    return {
        Variation.INITIAL: "drawn for the initial population",
        Variation.ELITE: f"copy{of}, carried over unchanged",
        Variation.CROSSOVER: f"crossover{of}",
        Variation.MUTATION: f"child{of}, mutated",
        Variation.INJECTED: f"child{of}, mutated again because diversity was low",
        Variation.IMPOSED: f"copy{of} with patterns imposed" if parents else "drawn with patterns imposed",
    }[agent.variation]


def _named(parent_id: str, known: Mapping[str, Agent], metric: Metric) -> str:
    parent = known.get(parent_id)
    value = f" ({metric.fitness_text(parent.fitness)})" if parent and parent.fitness is not None else ""
    return f"{short_id(parent_id)}{value}"


def _bounded(steps: list[Step]) -> list[Step]:
    """The newest steps and always the oldest, which tells where it began."""
    return steps if len(steps) <= MOST_STEPS else [*steps[: MOST_STEPS - 1], steps[-1]]


def _chart(lineage: Lineage, known: Mapping[str, Agent], line: Sequence[Agent], metric: Metric) -> Chart | None:
    """Generation against metric, edges from child to parents; ``None`` when there are fewer than two places to draw."""
    main = {agent.agent_id for agent in line}
    nearest = [lineage.agent, *lineage.ancestors][:MOST_DRAWN]
    drawn = {
        agent.agent_id: agent for agent in (*nearest, *line[-MOST_DRAWN:]) if agent.fitness is not None and math.isfinite(agent.fitness)
    }
    generations = [agent.generation for agent in drawn.values()]
    if not drawn or min(generations) == max(generations):
        return None
    place = {key: (float(agent.generation), metric.of_fitness(_fitness(agent))) for key, agent in drawn.items()}
    edges = [
        Edge(place[parent], place[key], "descent" if parent in main and key in main else "kinship")
        for key, agent in drawn.items()
        for parent in agent.parent_ids
        if parent in drawn
    ]
    dots = [
        Dot(*place[key], "outcome" if key == lineage.agent.agent_id else "descent" if key in main else "kin", _tip(agent, known, metric))
        for key, agent in sorted(drawn.items(), key=lambda item: (item[0] in main, item[0]))
    ]
    return Chart(
        key="lineage",
        title=f"Ancestors by generation and {metric.name}",
        summary=f"{plural(len(known) - 1, 'ancestor')} of the best agent, from generation {count(min(generations))} on.",
        x=Scale(float(min(generations)), float(max(generations))),
        y=Scale.fitting([y for _, y in place.values()], ratio=30),
        x_label="generation",
        height=240,
        unit=metric.unit,
        edges=sorted(edges, key=lambda edge: edge.style, reverse=True),
        dots=dots,
        legend=[
            ("outcome", "best agent", ""),
            ("descent", "line of descent through the fitter parent", ""),
            ("kin", "other ancestors", ""),
        ],
    )


def _tip(agent: Agent, known: Mapping[str, Agent], metric: Metric) -> str:
    where = f"{short_id(agent.agent_id)}, generation {count(agent.generation)}"
    return f"{where}: {metric.fitness_text(agent.fitness)}; {_how(agent, known, metric)}"
