"""Rows of figures, one for each recorded generation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dean_provider.contract.events import Event, Fact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.state.columns import utc, whole

__all__ = ["generation_rows"]


def generation_rows(told: Iterable[tuple[Event, Fact | None]]) -> list[Mapping[str, Any]]:
    """The rows that events make, the last one for each generation.

    :param told: events, each with the fact it holds.
    """
    rows = [_row(event, fact) for event, fact in told if isinstance(fact, GenerationCompleted)]
    return list({row["generation"]: row for row in rows}.values())


def _row(event: Event, fact: GenerationCompleted) -> dict[str, Any]:
    one = fact.generation
    return {
        "workflow_id": event.workflow_id,
        "generation": whole(one.generation),
        "best_fitness": one.best_fitness,
        "mean_fitness": one.mean_fitness,
        "worst_fitness": one.worst_fitness,
        "diversity": one.diversity,
        "tokens_used": whole(one.tokens_used),
        "evaluations": whole(one.evaluations),
        "retries": whole(one.retries),
        "intervened": one.intervention is not None,
        "elapsed_seconds": one.elapsed_seconds,
        "completed_at": utc(one.completed_at),
        "best_agent_id": one.best_agent_id,
    }
