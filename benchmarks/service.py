"""A 60 x 60 bin-packing trial through both services against the same engine in a plain loop, side by side in one run.

    python benchmarks/service.py [--rounds 5] [--population 60] [--generations 60] [--json]

The services are real processes on SQLite files in a temporary folder, evaluating in one worker process or in as many as there are
cores; a client follows each trial by long poll, as a sensor does. The plain loop runs in this process. All take turns in every round,
each round with a seed of its own, and every pair of digests is compared. Figures are medians over rounds: wall time, and processor
time of everything involved, which other load disturbs less. Sphere, whose evaluation costs nothing, shows what a generation costs
beyond it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.population import CreatePopulation
from dean_provider.contract.trial import ListGenerations, StartTrial, ValidateTrial
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Processor time so far of a process and everything below it that still runs."""
    own = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])) / TICKS
    below = [int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]
    return own + sum(map(processor_seconds, below))


class Services:
    """Both services in a folder of their own."""

    def __init__(self, folder: str, workers: int) -> None:
        command = [sys.executable, "-m", "dean_provider.services", "all", "--indexagent-port", "0", "--evolution-port", "0"]
        environment = {**os.environ, "DEAN_EVOLUTION_WORKERS": str(workers), "DEAN_EVOLUTION_LOG_LEVEL": "warning"}
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.indexagent = httpx.Client(base_url=self.process.stdout.readline().split()[-1], timeout=120)
        self.evolution = httpx.Client(base_url=self.process.stdout.readline().split()[-1], timeout=120)
        while "0 of" in self.evolution.get("/health").json()["checks"]["pool"]["message"]:
            time.sleep(0.05)

    def call(self, client: httpx.Client, module: Any, operation: Any, request: Any) -> Any:
        route = module.REFERENCE.route(operation)
        wire = route.build(request)
        answer = client.request(wire.method, wire.path, params=wire.query, json=wire.body)
        return route.parse(operation, request, answer.raise_for_status().json())

    def run(self, config: TrialConfig, trial_id: str) -> str:
        """Run a trial to its end; its digest."""
        space = self.call(self.evolution, evolution, evolution.VALIDATE_TRIAL, ValidateTrial(config=config)).space
        population = CreatePopulation(population_id=trial_id, space=space, size=config.population_size, seed=config.seed)
        self.call(self.indexagent, indexagent, indexagent.CREATE_POPULATION, population)
        start = StartTrial(trial_id=trial_id, population_id=trial_id, config=config)
        self.call(self.evolution, evolution, evolution.START_TRIAL, start)
        seen = 0
        while True:
            request = ListGenerations(trial_id=trial_id, start=seen, wait_seconds=30)
            page = self.call(self.evolution, evolution, evolution.LIST_GENERATIONS, request)
            seen += len(page.generations)
            if page.trial.status.ended:
                assert page.trial.status.value == "completed", page.trial.error
                return page.trial.digest

    def close(self) -> None:
        self.indexagent.close()
        self.evolution.close()
        self.process.terminate()
        self.process.wait()


@contextmanager
def serving(workers: int) -> Iterator[Services]:
    with tempfile.TemporaryDirectory() as folder:
        services = Services(folder, workers)
        try:
            yield services
        finally:
            services.close()


def timed(work: Any, pid: int) -> tuple[str, float, float]:
    cpu, own, start = processor_seconds(pid), time.process_time(), time.perf_counter()
    digest = work()
    wall = time.perf_counter() - start
    busy = processor_seconds(pid) - cpu + (0 if pid == os.getpid() else time.process_time() - own)
    return digest, wall, busy


def plain(config: TrialConfig) -> str:
    *_, last = evolve(config, load_objective(config.objective, {}))
    return last.digest


def measure(objective: str, rounds: int, population: int, generations: int) -> list[dict[str, Any]]:
    taken: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        running = {count: stack.enter_context(serving(count)) for count in sorted({1, os.cpu_count() or 1})}
        for seed in range(rounds + 1):
            config = TrialConfig(name="bench", objective=objective, population_size=population, generations=generations, seed=seed)
            digest, *figures = timed(lambda config=config: plain(config), os.getpid())
            found = {"plain loop": (digest, *figures)}
            for count, services in running.items():
                work = lambda services=services, config=config, seed=seed: services.run(config, f"{objective}-{seed}")  # noqa: E731
                found[f"services, {count} worker{'s' * (count > 1)}"] = timed(work, services.process.pid)
            for name, (other, wall, busy) in found.items():
                assert other == digest, (name, seed)
                if seed:  # the first round warms up
                    taken.setdefault(name, []).append((wall, busy))
    rows = []
    for name, pairs in taken.items():
        wall, busy = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(own[0] / base[0] for own, base in zip(pairs, taken["plain loop"], strict=True))
        rows.append({"objective": objective, "run": name, "wall_seconds": wall, "processor_seconds": busy, "ratio": ratio})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--population", type=int, default=60)
    parser.add_argument("--generations", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    size = arguments.rounds, arguments.population, arguments.generations
    rows = [row for objective in ("bin_packing", "sphere") for row in measure(objective, *size)]
    if arguments.json:
        facts = {"python": platform.python_version(), "cores": os.cpu_count(), **vars(arguments)}
        print(json.dumps({**facts, "results": rows}))
        return
    print(f"{'objective':<13}{'run':<22}{'wall s':>8}{'CPU s':>8}{'ratio':>8}{'ms/gen':>8}")
    for row in rows:
        each = 1000 * row["wall_seconds"] / (arguments.generations + 1)
        print(
            f"{row['objective']:<13}{row['run']:<22}{row['wall_seconds']:>8.2f}{row['processor_seconds']:>8.2f}{row['ratio']:>8.2f}{each:>8.1f}"
        )


if __name__ == "__main__":
    main()
