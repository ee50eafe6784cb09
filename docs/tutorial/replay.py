"""Pack the test instances with the policy a demo found, by nothing but the rules.

    python docs/tutorial/replay.py .dean/demo/result.json

Needs the environment the demo ran in, for the instances.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dean_provider.engine.objectives import load_objective

CAPACITY = 150


def bins_used(items: list[int], table: list[float]) -> int:
    """Put each item at once into the bin that the table prefers by the space that would remain there."""
    spaces: list[int] = []  # what is left in each open bin
    for item in items:
        candidates = [space for space in spaces if space >= item] + [CAPACITY]  # an empty bin is always one
        best = max(candidates, key=lambda space: (table[space - item], -space))  # ties go to the fuller bin
        if best == CAPACITY:
            spaces.append(CAPACITY - item)
        else:
            spaces[spaces.index(best)] -= item
    return len(spaces)


def main(result: Path) -> None:
    found = json.loads(result.read_text())
    table = found["best_agent"]["traits"]
    excesses = []
    for items in load_objective("bin_packing", {}).items("test").tolist():
        bound = -(-sum(items) // CAPACITY)  # no packing can do with fewer bins
        excesses.append(100 * (bins_used(items, table) - bound) / bound)
    print(f"replayed {sum(excesses) / len(excesses):.6f} %, reported {found['excess']['test']:.6f} %")


main(Path(sys.argv[1]))
