"""A worker process: evaluates batches until its service ends.

Started as ``python -m dean_provider.services.evolution.evaluation.worker <channel> <lifeline> <memory>`` in a session of its own. It
ends with its service however that ends: the kernel signals it (Linux), and the lifeline, a pipe that the service holds open, closes.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from typing import Any

import numpy as np
import numpy.typing as npt

from dean_provider.engine.objectives import Objective, load_objective
from dean_provider.services.evolution.evaluation.frames import Closed, receive, send

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_NICENESS = 5
_MAX_MESSAGE = 2000
Answer = tuple[dict[str, Any], bytes]


def _die_with_service(lifeline: int) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a child leaves behind stays below us, where the service finds it

    def wait() -> None:
        while os.read(lifeline, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)


class _Objectives:
    """Objectives made so far: making one may be dear."""

    def __init__(self) -> None:
        self._made: dict[str, Objective] = {}

    def get(self, name: str, parameters: dict[str, Any]) -> Objective:
        key = json.dumps([name, parameters], sort_keys=True)
        if key not in self._made:
            if len(self._made) >= 8:
                self._made.pop(next(iter(self._made)))
            self._made[key] = load_objective(name, parameters)
        return self._made[key]


def _evaluate(objective: Objective, header: dict[str, Any], payload: bytes) -> Answer:
    genomes: npt.NDArray[np.float64] = np.frombuffer(payload, dtype="<f8").reshape(header["shape"]).copy()
    fitness = objective.evaluate(genomes, header["instances"])
    return {"ok": True}, np.ascontiguousarray(fitness, dtype="<f8").tobytes()


def _verify(objective: Objective, header: dict[str, Any], payload: bytes) -> Answer:
    """The exact verifier on every set of instances the objective has, with its baselines on the same."""
    genome: npt.NDArray[np.float64] = np.frombuffer(payload, dtype="<f8").copy()
    sets = dict(objective.instance_counts)
    scores = {name: float(objective.verify(genome, name)) for name in sets}
    baselines: dict[str, dict[str, float]] = {}
    for name in sets:
        for baseline, metric in objective.baselines(name).items():
            baselines.setdefault(baseline, {})[name] = float(metric)
    return {"ok": True, "instances": sets, "scores": scores, "baselines": baselines, "traits": objective.explain(genome)}, b""


_DO = {"evaluate": _evaluate, "verify": _verify}


def _answer(objectives: _Objectives, header: dict[str, Any], payload: bytes) -> Answer:
    try:
        objective = objectives.get(header["objective"], header["parameters"])
        return _DO[header["do"]](objective, header, payload)
    except MemoryError:
        return {"ok": False, "kind": "memory", "message": "it needs more memory than a worker may have"}, b""
    except Exception as error:  # noqa: BLE001  whatever an objective raises is reported, and the worker lives on
        message = f"{type(error).__name__}: {error}"[:_MAX_MESSAGE]
        return {"ok": False, "kind": "raised", "message": message, "trace": traceback.format_exc()[-4 * _MAX_MESSAGE :]}, b""


def main(channel_fd: int, lifeline: int, memory_bytes: int) -> None:
    """Serve until the channel closes."""
    _die_with_service(lifeline)
    _limit(memory_bytes)
    channel = socket.socket(fileno=channel_fd)
    objectives = _Objectives()
    try:
        send(channel, {"ready": True})
        while True:
            header, payload = receive(channel)
            send(channel, *_answer(objectives, header, payload))
    except (Closed, ConnectionError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
