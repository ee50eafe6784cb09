"""A trial's DAG run against a chain of as many do-nothing tasks and no-op deferrals, under the same Airflow in one run.

    python benchmarks/dag_run.py [--rounds 5] [--db sqlite|postgres] [--json]

Three DAGs take turns: the chain (a `@task` that returns, or a sensor that defers once to a trigger that fires at once, for each task of
a trial, in the same order), a trial small enough that its evolution costs nothing (6 agents, 1 generation of sphere), and the trial of
the demo (60 agents, 60 generations of bin packing). A run lasts from its start to its end as Airflow records them. Figures are medians.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from dean_provider.local.stack import Stack

CHAIN = """
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import DAG, BaseSensorOperator, task
from datetime import timedelta


class Deferring(BaseSensorOperator):
    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(0)), method_name="resume")

    def resume(self, context, event):
        return None


@task
def nothing():
    return None


with DAG("benchmark_chain", schedule=None, is_paused_upon_creation=False):
    previous = None
    for name in {tasks}:
        step = Deferring(task_id=name) if name in {deferred} else nothing.override(task_id=name)()
        if previous is not None:
            previous >> step
        previous = step
"""
TASKS = [
    "validate_trial", "check_services", "initialize_population", "start_evolution", "await_evolution",
    "discover_patterns", "approve_patterns", "apply_patterns", "publish_report", "compensate",
]  # fmt: skip
DEFERRED = ["check_services", "await_evolution"]
SMALL = {"objective": "sphere", "population_size": 6, "generations": 1, "elite_size": 1, "pattern_policy": "off", "seed": 1}
DEMO = {"objective": "bin_packing", "population_size": 60, "generations": 60, "seed": 2026}
RUNS = {"chain": ("benchmark_chain", {}), "small trial": ("dean_evolution_trial", SMALL), "demo trial": ("dean_evolution_trial", DEMO)}


def _run(stack: Stack, dag_id: str, conf: dict[str, Any]) -> float:
    """Seconds from the run's start to its end."""
    run_id = f"benchmark-{uuid.uuid4()}"
    stack.api.call("POST", f"/dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, "logical_date": None, "conf": conf})
    state: dict[str, Any] = {}

    def ended() -> bool:
        state.update(stack.api.get(f"/dags/{dag_id}/dagRuns/{run_id}"))
        return state["state"] in ("success", "failed")

    stack.wait_for(ended, f"a run of {dag_id}", timeout=300)
    if state["state"] != "success":
        raise SystemExit(f"a run of {dag_id} failed; its logs are under {stack.home}")
    return (datetime.fromisoformat(state["end_date"]) - datetime.fromisoformat(state["start_date"])).total_seconds()


def measure(rounds: int, db: Any) -> dict[str, list[float]]:
    """Durations by kind of run, one a round, after a round that warms up."""
    with tempfile.TemporaryDirectory(prefix="dean-bench-") as folder:
        home = Path(folder)
        (home / "dags").mkdir()
        (home / "dags" / "chain.py").write_text(CHAIN.format(tasks=TASKS, deferred=DEFERRED))
        with Stack(home, db=db, plain=True, say=lambda text: print(text, file=sys.stderr)) as stack:
            for dag_id, _ in RUNS.values():
                stack.wait_for_dag(dag_id)
            seconds: dict[str, list[float]] = {name: [] for name in RUNS}
            for round_number in range(rounds + 1):
                for name, (dag_id, conf) in RUNS.items():
                    lasted = _run(stack, dag_id, conf)
                    print(f"round {round_number}: {name} {lasted:.1f} s", file=sys.stderr)
                    if round_number:
                        seconds[name].append(lasted)
            return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seconds = measure(arguments.rounds, arguments.db)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratios = {name: medians[name] / medians["chain"] for name in RUNS}
    if arguments.json:
        print(json.dumps({"python": platform.python_version(), "db": arguments.db, "seconds": seconds, "median": medians, "ratio": ratios}))
        return
    print(f"{'run':14} {'median s':>9} {'least':>7} {'most':>7} {'against the chain':>18}")
    for name, values in seconds.items():
        print(f"{name:14} {medians[name]:9.1f} {min(values):7.1f} {max(values):7.1f} {ratios[name]:18.2f}")


if __name__ == "__main__":
    main()
