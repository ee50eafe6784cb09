"""When a trial ends."""

from __future__ import annotations

from collections.abc import Sequence

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import TerminationReason

__all__ = ["reason_to_stop"]


def reason_to_stop(
    config: TrialConfig,
    *,
    generation: int,
    best_history: Sequence[float],
    tokens_used: int,
    next_cost: int,
    elapsed_seconds: float,
) -> TerminationReason | None:
    """Why the trial ends after ``generation``, or ``None`` when it goes on.

    Wall clock is asked last, so that whatever could end the trial in a reproducible way does.

    :param best_history: best fitness of generations 0 to ``generation``.
    :param tokens_used: tokens of the trial so far.
    :param next_cost: tokens the next generation would take; it is not begun when they would pass the budget.
    :param elapsed_seconds: running time, pauses excluded.
    """
    if config.fitness_threshold is not None and max(best_history) >= config.fitness_threshold:
        return TerminationReason.FITNESS_THRESHOLD
    if generation >= config.generations:
        return TerminationReason.GENERATIONS
    if config.stagnation_generations is not None and _stagnant(best_history) >= config.stagnation_generations:
        return TerminationReason.STAGNATION
    if config.token_budget is not None and tokens_used + next_cost > config.token_budget:
        return TerminationReason.TOKEN_BUDGET
    if elapsed_seconds >= config.max_time_seconds:
        return TerminationReason.MAX_TIME
    return None


def _stagnant(best_history: Sequence[float]) -> int:
    """Generations since the best fitness so far was first reached."""
    return len(best_history) - 1 - list(best_history).index(max(best_history))
