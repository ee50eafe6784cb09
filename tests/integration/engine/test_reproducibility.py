"""Digests are the same on every processor, whatever NumPy makes of it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.integration

SCRIPT = """
from dean_provider.contract.config import TrialConfig
from dean_provider.engine.evolve import evolve
from dean_provider.engine.objectives import load_objective
for name in ("sphere", "rosenbrock", "rastrigin", "ackley", "bin_packing"):
    config = TrialConfig(objective=name, seed=3, generations=30, diversity_threshold=0.3, intervention_target=0.4)
    print(name, [one.digest for one in evolve(config, load_objective(name, {}))][-1])
"""
PINNED = {
    "sphere": "443a38570fa60fb445c6aa3dfd093d7b92f237bce3ed8370ecaca68944f3573a",
    "rosenbrock": "28d2f839cbafa994564f39a70a8188a66009eb84e0f52e2dee0a697079397e33",
    "rastrigin": "92d411385e03b2c963edc6f20a7fdf97e6732d59dd140c93605122781f995428",
    "ackley": "4ace24eee4f3de5d07a0f327a95ea5289de9f57d7b00920a546ad29a880d1b95",
    "bin_packing": "41b7eaf1d3cd858676cd6138cb9e9d074f88223e5bf96a81be934ab38e3f9296",
}


def digests(disabled: list[str]) -> dict[str, str]:
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(disabled), "OMP_NUM_THREADS": "1"}
    # NumPy warns of features this processor lacks anyway.
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    return dict(line.split() for line in done.stdout.splitlines())


def features() -> list[str]:
    return list(np._core._multiarray_umath.__cpu_dispatch__)


@pytest.mark.parametrize("without", ["nothing", "AVX512", "everything"])
def test_digests_are_what_they_have_always_been(without: str) -> None:
    """Pinned: a change here changes every digest ever promised, and belongs into the changelog."""
    disabled = {
        "nothing": [],
        "AVX512": [name for name in features() if "AVX512" in name or name == "X86_V4"],
        "everything": features(),
    }[without]
    assert digests(disabled) == PINNED
