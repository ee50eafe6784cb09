"""What evolution makes of bin packing: excess over the L1 bound against first fit and best fit, seed by seed, and how fast.

    python benchmarks/bin_packing.py [--seeds 5] [--json]

Each seed is one trial with the defaults (population 60, 60 generations) in a plain loop. Test figures are from the exact verifier,
which checks every packing. Seconds are of one processor.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve, winner
from dean_provider.engine.objectives import load_objective
from dean_provider.engine.space import sample
from dean_provider.engine.streams import stream


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    objective = load_objective("bin_packing", {})
    baselines = objective.baselines("test")
    rows: list[dict[str, Any]] = []
    for seed in range(1, arguments.seeds + 1):
        started = time.process_time()
        *_, last = evolve(TrialConfig(seed=seed), objective)
        policy = last.genomes[winner(objective, last)]
        seconds = time.process_time() - started
        scores = {name: objective.verify(policy, name) for name in ("train", "validation", "test")}
        rows.append(
            {"seed": seed, "digest": last.digest, **scores, "seconds": seconds, "of_best_fit": scores["test"] / baselines["best_fit"]}
        )
    genomes, taken = sample(objective.space, 60, stream(0, 0, "benchmark")), []
    for _ in range(20):
        started = time.process_time()
        objective.evaluate(genomes)
        taken.append(time.process_time() - started)
    batch = float(np.median(taken))
    if arguments.json:
        print(json.dumps({"baselines": baselines, "trials": rows, "batch_seconds": batch}))
        return
    print(f"test instances: first fit {baselines['first_fit']:.2f} %, best fit {baselines['best_fit']:.2f} %")
    print(f"{'seed':>4}{'train %':>10}{'validation %':>14}{'test %':>10}{'of best fit':>13}{'seconds':>9}")
    for row in rows:
        figures = f"{row['train']:>10.2f}{row['validation']:>14.2f}{row['test']:>10.2f}"
        print(f"{row['seed']:>4}{figures}{row['of_best_fit']:>12.0%}{row['seconds']:>9.1f}")
    print(f"one batch, 60 policies on 12 instances of 500 items: {batch * 1000:.0f} ms")


if __name__ == "__main__":
    main()
