"""Generations per second and final best of this engine, pymoo's own GA, DEAP and pygad, side by side in one run.

    python benchmarks/engine.py [--rounds 5] [--generations 200] [--json]

Sphere and rastrigin in 30 dimensions, population 100. This engine and DEAP run simulated binary crossover, polynomial mutation (1/30
per gene) and tournaments of 5; pymoo's GA runs as it comes, with the same two operators, tournaments of 2 and survival of the
fittest of parents and offspring together; pygad, which has neither operator, runs uniform crossover and random mutation. Every
engine evaluates a generation in one NumPy call. Engines take turns in every round, each round with a seed of its own; figures are
medians over rounds, speed by processor time, so that other load disturbs it little. This engine's figures include what a trial needs and
the others do not do: digest, diversity, lineage.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import Objective, load_objective

DIMENSION = 30
POPULATION = 100
TOURNAMENT = 5
FUNCTIONS = ("sphere", "rastrigin")
Run = Callable[[Objective, int, int], float]


def bounds(objective: Objective) -> tuple[float, float]:
    (trait,) = objective.space.model_dump()["traits"]
    return trait["low"], trait["high"]


def ours(objective: Objective, generations: int, seed: int) -> float:
    config = TrialConfig(
        objective=objective.name,
        population_size=POPULATION,
        generations=generations,
        mutation_rate=1 / DIMENSION,
        tournament_size=TOURNAMENT,
        diversity_threshold=0,
        seed=seed,
    )
    *_, last = evolve(config, objective)
    return objective.metric_of(float(last.fitness.max()))


def pymoo(objective: Objective, generations: int, seed: int) -> float:
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.config import Config
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    Config.warnings["not_compiled"] = False
    low, high = bounds(objective)

    class Vectorised(Problem):
        def __init__(self) -> None:
            super().__init__(n_var=DIMENSION, n_obj=1, xl=low, xu=high)

        def _evaluate(self, x: Any, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"] = -objective.evaluate(x)[:, None]

    found = minimize(Vectorised(), GA(pop_size=POPULATION), ("n_gen", generations + 1), seed=seed)
    return float(found.F[0])


def deap(objective: Objective, generations: int, seed: int) -> float:
    from deap import algorithms, base, creator, tools

    if not hasattr(creator, "Individual"):
        creator.create("Minimised", base.Fitness, weights=(-1.0,))
        creator.create("Individual", list, fitness=creator.Minimised)
    low, high = bounds(objective)
    random.seed(seed)
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, creator.Individual, lambda: random.uniform(low, high), DIMENSION)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, eta=15, low=low, up=high)
    toolbox.register("mutate", tools.mutPolynomialBounded, eta=20, low=low, up=high, indpb=1 / DIMENSION)
    toolbox.register("select", tools.selTournament, tournsize=TOURNAMENT)
    toolbox.register("evaluate", lambda individual: individual)
    toolbox.register("map", lambda _, individuals: [(-value,) for value in objective.evaluate(np.array(list(individuals))).tolist()])
    best = tools.HallOfFame(1)
    population = toolbox.population(n=POPULATION)
    algorithms.eaSimple(population, toolbox, cxpb=0.9, mutpb=1.0, ngen=generations, halloffame=best, verbose=False)
    return float(best[0].fitness.values[0])


def pygad(objective: Objective, generations: int, seed: int) -> float:
    import pygad as package

    low, high = bounds(objective)
    run = package.GA(
        num_generations=generations,
        sol_per_pop=POPULATION,
        num_parents_mating=POPULATION // 2,
        num_genes=DIMENSION,
        init_range_low=low,
        init_range_high=high,
        gene_space={"low": low, "high": high},
        parent_selection_type="tournament",
        K_tournament=TOURNAMENT,
        crossover_type="uniform",
        mutation_type="random",
        mutation_probability=1 / DIMENSION,
        keep_elitism=2,
        fitness_batch_size=POPULATION,
        fitness_func=lambda _, solutions, __: objective.evaluate(np.array(solutions)).tolist(),
        random_seed=seed,
        suppress_warnings=True,
    )
    run.run()
    return -float(run.best_solution()[1])


ENGINES: dict[str, Run] = {"dean_provider": ours, "pymoo": pymoo, "deap": deap, "pygad": pygad}


def measure(rounds: int, generations: int) -> list[dict[str, Any]]:
    """One row for each function and engine."""
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for function in FUNCTIONS:
        objective = load_objective(function, {"dimension": DIMENSION})
        for run in ENGINES.values():
            run(objective, 3, 0)
        for seed in range(1, rounds + 1):
            for name, run in ENGINES.items():
                started = time.process_time()
                best = run(objective, generations, seed)
                taken.setdefault((function, name), []).append((generations / (time.process_time() - started), best))
    return [
        {
            "function": function,
            "engine": name,
            "generations_per_second": statistics.median(speed for speed, _ in pairs),
            "final_best": statistics.median(best for _, best in pairs),
        }
        for (function, name), pairs in taken.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--generations", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = measure(arguments.rounds, arguments.generations)
    if arguments.json:
        versions = {name: version(name) for name in ("numpy", "pymoo", "deap", "pygad")}
        print(json.dumps({"python": platform.python_version(), "versions": versions, "rounds": arguments.rounds, "results": rows}))
        return
    print(f"{'function':<12}{'engine':<16}{'generations/s':>14}{'final best':>14}")
    for row in rows:
        print(f"{row['function']:<12}{row['engine']:<16}{row['generations_per_second']:>14,.0f}{row['final_best']:>14.4g}")


if __name__ == "__main__":
    main()
