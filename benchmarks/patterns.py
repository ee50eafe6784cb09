"""What patterns are worth: how many a bin packing trial shows, and how many stand when imposed on agents that lack them.

    python benchmarks/patterns.py [--seeds 3] [--json]

Detected over the first generations, over all or in the last, measured on 60 agents: of generation 0, which is what seeding a later
trial does, or the newest that lack the pattern, as the service's measurement takes them. Accepted: the whole 95 % interval of the
change of fitness, on validation instances, lies above zero; harmful: below. "shuffled" counts looks, of 50, that reported anything once
fitness was shuffled.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import PatternBody
from dean_provider.engine.arrays import Floats
from dean_provider.engine.evolve import EvolvedGeneration, evolve
from dean_provider.engine.objectives import Objective, load_objective
from dean_provider.engine.patterns import detect, effectiveness, impose, matches
from dean_provider.engine.streams import stream

AGENTS = 60
SHUFFLES = 50


def lacking(objective: Objective, generations: Sequence[EvolvedGeneration], body: PatternBody) -> Floats:
    found: dict[bytes, Floats] = {}
    for one in generations:
        for genome in one.genomes[~matches(objective.space, one.genomes, body)]:
            found.setdefault(genome.tobytes(), genome)
        if len(found) >= AGENTS:
            break
    return np.array(list(found.values())[:AGENTS])


def measure(objective: Objective, generations: Sequence[EvolvedGeneration], first: int, last: int, seed: int) -> dict[str, Any]:
    window = generations[first : last + 1]
    genomes, fitness = np.concatenate([one.genomes for one in window]), np.concatenate([one.fitness for one in window])
    found = detect(objective.space, genomes, fitness)
    shuffled = sum(bool(detect(objective.space, genomes, stream(seed, i, "shuffle").permutation(fitness))) for i in range(SHUFFLES))
    row: dict[str, Any] = {"seed": seed, "generations": f"{first} to {last}", "found": len(found), "shuffled": shuffled}
    for name, order in (("oldest", generations), ("newest", generations[::-1])):
        worth = []
        for number, one in enumerate(found):
            agents = lacking(objective, order, one.body)
            imposed = impose(objective.space, agents, [one.body], stream(seed, number, name))
            worth.append(effectiveness(objective.evaluate(imposed, "validation") - objective.evaluate(agents, "validation")))
        row[name] = {
            "accepted": sum(one.low > 0 for one in worth),
            "harmful": sum(one.high < 0 for one in worth),
            "best": max((one.mean for one in worth), default=0.0),
        }
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    objective, rows = load_objective("bin_packing", {}), []
    for seed in range(1, arguments.seeds + 1):
        generations = list(evolve(TrialConfig(seed=seed), objective))
        rows += [measure(objective, generations, *window, seed) for window in ((0, 10), (0, 60), (60, 60))]
    if arguments.json:
        print(json.dumps(rows))
        return
    print(f"{'':>23}{'on generation 0':>42}{'on the newest that lack it':>30}")
    head = f"{'accepted':>10}{'harmful':>9}{'best':>7}"
    print(f"{'seed':>4}{'generations':>13}{'found':>7}{'shuffled':>10}{head}{head}")
    for row in rows:
        figures = "".join(f"{row[name]['accepted']:>10}{row[name]['harmful']:>9}{row[name]['best']:>7.2f}" for name in ("oldest", "newest"))
        print(f"{row['seed']:>4}{row['generations']:>13}{row['found']:>7}{row['shuffled']:>10}{figures}")


if __name__ == "__main__":
    main()
