"""What happened on the way: interventions against low diversity, repeated evaluation batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dean_provider.contract.trial import Generation, Intervention
from dean_provider.report.text import count, plural, proportion

__all__ = ["Incident", "Incidents", "changed", "incidents"]

MOST_ROWS = 60


@dataclass(frozen=True)
class Incident:
    generation: str
    what: str
    detail: str


@dataclass(frozen=True)
class Incidents:
    rows: Sequence[Incident]
    left_out: int
    interventions: int
    retries: int


def incidents(generations: Sequence[Generation]) -> Incidents:
    """Newest last; when there are too many to list, the first ones."""
    found = [incident for each in generations for incident in _of(each)]
    interventions = sum(1 for each in generations if each.intervention)
    return Incidents(found[:MOST_ROWS], max(0, len(found) - MOST_ROWS), interventions, sum(each.retries for each in generations))


def changed(change: Intervention) -> str:
    """What an intervention did."""
    moved = f"diversity {proportion(change.diversity_before)} → {proportion(change.diversity_after)}"
    return f"{plural(change.agents_mutated, 'agent')} mutated, {moved}"


def _of(generation: Generation) -> list[Incident]:
    found = []
    place = count(generation.generation)
    if generation.intervention is not None:
        found.append(Incident(place, "Mutations injected", changed(generation.intervention)))
    if generation.retries:
        found.append(Incident(place, "Evaluation repeated", f"{plural(generation.retries, 'batch', 'batches')} failed and ran again"))
    return found
