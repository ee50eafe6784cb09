"""What a trial's state says, as facts. The same state always makes the same facts under the same keys, whoever tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import (
    BudgetExhausted,
    BudgetWarned,
    DiversityIntervened,
    GenerationCompleted,
    TrialCancelled,
    TrialCompleted,
    TrialFailed,
    TrialPaused,
    TrialResumed,
)
from dean_provider.contract.trial import Generation, TerminationReason, Trial, TrialStatus

__all__ = ["BUDGET_SHARES", "ending", "generation_facts", "standing", "token_budget"]

BUDGET_SHARES = (0.5, 0.8)
"""Shares of the token budget that are told when they are passed."""

_LONGEST_TEXT = 2000


def token_budget(trial: Trial) -> int | None:
    """Tokens the trial may use in all."""
    return trial.token_budget or (trial.config.token_budget if trial.config else None)


def generation_facts(generations: Iterable[Generation], *, budget: int | None, before: int | None) -> Iterator[ReportedFact]:
    """What ``generations``, in order, say.

    :param budget: the trial's tokens in all.
    :param before: tokens used up to the generation before the first of them; ``None`` when that is not known.
    """
    for generation in generations:
        at = generation.completed_at
        yield ReportedFact.of(GenerationCompleted(generation=generation), occurred_at=at)
        if generation.intervention is not None:
            intervened = DiversityIntervened(generation=generation.generation, **generation.intervention.model_dump())
            yield ReportedFact.of(intervened, occurred_at=at)
        for share in BUDGET_SHARES if budget else ():
            threshold = share * (budget or 0)
            if before is not None and before < threshold <= generation.tokens_used:
                warned = BudgetWarned(
                    share=share, generation=generation.generation, tokens_used=generation.tokens_used, token_budget=budget or 1
                )
                yield ReportedFact.of(warned, occurred_at=at)
        before = generation.tokens_used


def standing(trial: Trial, now: datetime) -> list[ReportedFact]:
    """Whether a trial is held, or goes on after having been. Services that do not time pauses give them no name of their own: such a
    pause is told once for each generation."""
    if trial.status is TrialStatus.PAUSED:
        name = trial.paused_at.isoformat() if trial.paused_at else str(trial.current_generation)
        paused = TrialPaused(generation=trial.current_generation)
        return [ReportedFact.of(paused, key=f"paused:{name}", occurred_at=trial.paused_at or now)]
    if trial.status is TrialStatus.RUNNING and trial.paused_seconds:
        return [ReportedFact.of(TrialResumed(generation=-1), key=f"resumed:{trial.paused_seconds!r}", occurred_at=now)]
    return []


def ending(trial: Trial, reason: str = "") -> list[ReportedFact]:
    """How a trial ended; nothing while it has not.

    :param reason: why it was stopped, as far as the teller knows.
    """
    if trial.status is TrialStatus.COMPLETED:
        return [*_exhaustion(trial), _completion(trial)]
    if trial.status is TrialStatus.FAILED:
        error = (trial.error or "The service gave no reason.")[:_LONGEST_TEXT]
        failed = TrialFailed(error=error, generation=trial.current_generation)
        return [ReportedFact.of(failed, key="failed:service", occurred_at=trial.ended_at)]
    if trial.status is TrialStatus.STOPPED:
        cancelled = TrialCancelled(
            reason=reason[:_LONGEST_TEXT], generation=trial.current_generation, digest=trial.digest, resumptions=trial.resumptions
        )
        key = f"cancelled:{trial.resumptions}:{trial.current_generation}"
        return [ReportedFact.of(cancelled, key=key, occurred_at=trial.ended_at)]
    return []


def _completion(trial: Trial) -> ReportedFact:
    completed = TrialCompleted(
        termination_reason=trial.termination_reason,
        generation=trial.current_generation,
        best_fitness=trial.best_fitness,
        best_agent_id=trial.best_agent_id,
        tokens_used=trial.tokens_used,
        digest=trial.digest,
        elapsed_seconds=trial.elapsed_seconds,
        ended_at=trial.ended_at,
    )
    return ReportedFact.of(completed, key="completed", occurred_at=trial.ended_at)


def _exhaustion(trial: Trial) -> list[ReportedFact]:
    budget = token_budget(trial)
    if trial.termination_reason is not TerminationReason.TOKEN_BUDGET or not budget:
        return []
    exhausted = BudgetExhausted(generation=max(0, trial.current_generation), tokens_used=trial.tokens_used, token_budget=budget)
    return [ReportedFact.of(exhausted, occurred_at=trial.ended_at)]
