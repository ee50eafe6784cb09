"""How a trial gets on, also with services that keep no history of generations."""

from __future__ import annotations

from datetime import datetime, timezone

from dean_provider.contract.endpoints.evolution import LIST_GENERATIONS, READ_TRIAL
from dean_provider.contract.service import ServiceName
from dean_provider.contract.trial import Generation, GenerationPage, ListGenerations, Trial, TrialRef
from dean_provider.hooks.channel import Channel
from dean_provider.hooks.conversation import Manner, begun, operate, spoken_dialect
from dean_provider.hooks.steps import Pause, Steps

__all__ = ["observed_generation", "progress"]

_LOOK_SECONDS = 1.0


def progress(channel: Channel, asked: ListGenerations, manner: Manner) -> Steps[GenerationPage]:
    """The trial and its generations from ``asked.start`` on; waits for the first, as asked."""
    manner = yield from begun(channel, manner)
    dialect = channel.dialect or (yield from spoken_dialect(channel, ServiceName.EVOLUTION, manner))
    if dialect.supports(LIST_GENERATIONS):
        page: GenerationPage = yield from operate(channel, LIST_GENERATIONS, asked, manner)
        return page
    manner, ends = manner.waiting(asked.wait_seconds), channel.clock.monotonic() + asked.wait_seconds
    while True:
        trial: Trial = yield from operate(channel, READ_TRIAL, TrialRef(trial_id=asked.trial_id), manner)
        seen = observed_generation(trial, datetime.fromtimestamp(channel.clock.now(), timezone.utc))
        left = ends - channel.clock.monotonic()
        if seen is not None and seen.generation >= asked.start:
            return GenerationPage(trial=trial, generations=[seen])
        if trial.status.ended or left <= 0:
            return GenerationPage(trial=trial, generations=[])
        yield Pause(min(_LOOK_SECONDS, left))


def observed_generation(trial: Trial, now: datetime) -> Generation | None:
    """The newest generation as far as the trial itself tells; ``None`` before the first or while its best fitness is unknown.

    Only the best fitness, the diversity, the tokens and the running time are the service's words. Mean and worst fitness repeat the best,
    a diversity that is not told counts as 0, and there is no digest: the empty digest tells an observed generation from a reported one.
    Generations that came and went between two looks are missing.
    """
    if trial.current_generation < 0 or trial.best_fitness is None:
        return None
    return Generation(
        generation=trial.current_generation,
        best_fitness=trial.best_fitness,
        mean_fitness=trial.best_fitness,
        worst_fitness=trial.best_fitness,
        diversity=min(1.0, max(0.0, trial.diversity or 0.0)),
        best_agent_id=trial.best_agent_id or "",
        evaluations=0,
        tokens_used=trial.tokens_used,
        completed_at=now,
        elapsed_seconds=trial.elapsed_seconds,
    )
