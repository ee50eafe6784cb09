"""Ids that a retry, a crash or a clear find again, and that no other run, task or installation ever gets.

A trial's id depends on the installation, the run and the task that starts it, never on the try. Everything else that must be
the same in every try (population, seed, patterns) is derived from the trial's id.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID, uuid5

__all__ = ["pattern_id", "population_id", "seed_of", "start_task_beside", "trial_id"]

SEED_BITS = 53


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def trial_id(namespace: UUID, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> str:
    """Id of the trial that ``task_id`` starts in this run.

    :param namespace: tells this installation from others that use the same Evolution API.
    :param task_id: full id of the start task, groups included, so that two trials of one DAG differ.
    :param map_index: of the mapped task; -1 when it is not mapped.
    """
    return str(uuid5(namespace, _canonical([dag_id, run_id, task_id, map_index])))


def population_id(trial: str) -> str:
    """Id of the population that the trial ``trial`` evolves."""
    return str(uuid5(UUID(trial), "population"))


def pattern_id(trial: str, body: Any) -> str:
    """Id of a pattern found in ``trial``: the same ranges found again are the same pattern.

    :param trial: id of the trial in the form its service uses, a UUID or not.
    :param body: the pattern's body in JSON form.
    """
    return str(uuid5(UUID(bytes=hashlib.sha256(trial.encode()).digest()[:16]), _canonical(body)))


def seed_of(trial: str) -> int:
    """Seed of a trial that was given none: in ``[0, 2**53)``, the same in every try."""
    return int.from_bytes(hashlib.sha256(f"seed:{trial}".encode()).digest()[:8], "big") >> (64 - SEED_BITS)


def start_task_beside(task_id: str, name: str = "start_evolution") -> str:
    """Full id of the task called ``name`` in the group that ``task_id`` lives in."""
    group, separator, _ = task_id.rpartition(".")
    return f"{group}{separator}{name}"
