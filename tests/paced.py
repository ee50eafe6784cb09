"""An objective whose generations take a while, without a processor: for trials that are to be under way while a test looks at them."""

from __future__ import annotations

from pathlib import Path

OBJECTIVE = '''
import os, time
from typing import ClassVar
from dean_provider.engine.objectives.functions import Sphere


class Paced(Sphere):
    """Takes a while for each generation, without a processor."""

    name: ClassVar[str] = "paced"

    def score(self, genomes, instances):
        time.sleep(float(os.environ.get("PACE_SECONDS", "0")))
        return super().score(genomes, instances)
'''


def register(folder: Path, seconds: float) -> dict[str, str]:
    """Put the objective ``paced`` into ``folder`` as an installed distribution is in one.

    :param seconds: what a batch of its evaluations takes.
    :returns: the environment of whoever is to have it.
    """
    (folder / "paced_objective.py").write_text(OBJECTIVE)
    info = folder / "paced-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: paced\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dean.objectives]\npaced = paced_objective:Paced\n")
    return {"PYTHONPATH": str(folder), "PACE_SECONDS": str(seconds)}
