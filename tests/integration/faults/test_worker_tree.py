"""What an objective starts by itself: bounded together with its worker, and gone with it wherever it went."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from dean_provider.services.evolution.evaluation.process import WorkerLost, WorkerProcess

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

MEMORY = 700 * 2**20


@pytest.fixture
def ask(trying):
    """Has a new worker evaluate three agents in a mood."""
    folder, _ = trying
    made = []

    def evaluate(mood, seconds=30.0):
        for left in [*folder.glob("*mood-*"), *folder.glob("fled")]:
            left.unlink()
        (folder / f"mood-{mood}-1").touch()
        worker = WorkerProcess(MEMORY)
        made.append(worker)
        genomes = np.zeros((3, 3))
        header = {"do": "evaluate", "objective": "broken", "parameters": {"dimension": 3}, "instances": "train", "shape": [3, 3]}
        return worker, worker.ask(header, genomes.tobytes(), seconds)

    yield evaluate
    for worker in made:
        worker.kill()


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("mood", "kind"), [("flee", "time"), ("orphan", "died")])
def test_what_left_the_workers_session_is_killed_with_it(ask, trying, mood, kind):
    before = time.monotonic()
    with pytest.raises(WorkerLost) as caught:
        ask(mood, seconds=1.0 if kind == "time" else 30.0)
    assert caught.value.kind == kind
    assert not runs(int((trying[0] / "fled").read_text()))
    assert time.monotonic() - before < 15


def test_processes_that_together_pass_the_bound_are_ended(ask, trying):
    with pytest.raises(WorkerLost, match="together") as caught:
        ask("share")
    assert caught.value.kind == "memory"
    assert not any(runs(pid) for pid in (trying[0] / "fled").read_text().split())


def test_memory_that_processes_share_counts_once(ask):
    _, (reply, _) = ask("fork")
    assert reply == {"ok": True}
