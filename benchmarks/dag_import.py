"""Import time of every packaged DAG file against ``import airflow.sdk`` alone, each in a fresh process.

    python benchmarks/dag_import.py [--rounds 7] [--json]

What is measured is processor time of the whole interpreter, so that other load on the machine disturbs it little. ``airflow.sdk`` alone
and each file take turns in every round; figures are medians over rounds. Airflow's own lazy parts (``DAG``, ``Param``, the operators'
base) are part of a file's time, as they are of any DAG's: a file with one empty DAG is measured beside ours. Nothing heavy may be
imported: the modules named at the end are counted after the import.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import dean_provider

PACKAGE = Path(dean_provider.__file__).parent
PROBE = """
import runpy, sys, time
began = time.process_time()
import airflow.sdk
for name in ("DAG", "BaseOperator"):
    getattr(airflow.sdk, name) if sys.argv[1] else None
if sys.argv[1]:
    runpy.run_path(sys.argv[1])
heavy = [name for name in ("aiohttp", "requests", "numpy", "fastapi", "plotly") if name in sys.modules]
print(time.process_time() - began, *heavy)
"""
EMPTY = 'from airflow.sdk import DAG\nwith DAG("empty", schedule=None):\n    pass\n'


def seconds(file: str, home: str) -> tuple[float, list[str]]:
    """Processor seconds of importing Airflow's SDK and running ``file``, and the heavy modules that came with it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DEAN", "PYTHON"))}
    environ |= {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    output = subprocess.run([sys.executable, "-c", PROBE, file], env=environ, cwd=home, capture_output=True, text=True, check=True).stdout
    figure, *heavy = output.splitlines()[-1].split()
    return float(figure), heavy


def measure(rounds: int) -> dict[str, dict[str, object]]:
    with tempfile.TemporaryDirectory() as home:
        empty = Path(home) / "empty_dag.py"
        empty.write_text(EMPTY)
        files = {"airflow.sdk alone": "", "a file with an empty DAG": str(empty)}
        files |= {path.name: str(path) for folder in ("dags", "example_dags") for path in sorted((PACKAGE / folder).glob("dean_*.py"))}
        taken: dict[str, list[float]] = {name: [] for name in files}
        heavy: dict[str, list[str]] = {}
        for number in range(rounds + 1):
            for name, file in files.items():
                figure, heavy[name] = seconds(file, home)
                if number:  # the first round only fills caches
                    taken[name].append(figure)
    floor = statistics.median(taken["airflow.sdk alone"])
    return {
        name: {"seconds": round(statistics.median(figures), 3), "ratio": round(statistics.median(figures) / floor, 2), "heavy": heavy[name]}
        for name, figures in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rounds)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, item in found.items():
        print(f"{name:40} {item['seconds']:7.3f} s {item['ratio']:6.2f}x {' '.join(item['heavy'])}")


if __name__ == "__main__":
    main()
