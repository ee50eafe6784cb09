"""Rows as the contract's models."""

from __future__ import annotations

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import Pattern
from dean_provider.contract.trial import ForkOrigin, Generation, Intervention, Objective, Scores, TerminationReason, Trial, TrialStatus
from dean_provider.services.evolution.tables import GenerationRow, PatternRow, TrialRow

__all__ = ["shown_generation", "shown_origin", "shown_pattern", "shown_trial", "stored_config"]


def stored_config(row: TrialRow) -> TrialConfig:
    """The configuration of a trial with the seed it uses."""
    return TrialConfig.model_validate({**row.config, "seed": row.seed})


def shown_origin(row: TrialRow) -> ForkOrigin | None:
    """Where a trial was forked from, if it was."""
    if row.parent_id is None or row.parent_generation is None:
        return None
    return ForkOrigin(trial_id=row.parent_id, generation=row.parent_generation)


def shown_trial(row: TrialRow) -> Trial:
    """A trial on the wire. While it waits for IndexAgent, ``error`` says so."""
    config = stored_config(row)
    return Trial(
        trial_id=row.trial_id,
        population_id=row.population_id,
        parent=shown_origin(row),
        status=TrialStatus(row.status),
        termination_reason=TerminationReason(row.termination_reason) if row.termination_reason else None,
        config=config,
        current_generation=row.current_generation,
        generations=config.generations,
        best_fitness=row.best_fitness,
        best_agent_id=row.best_agent_id,
        diversity=row.diversity,
        tokens_used=row.tokens_used,
        token_budget=config.token_budget,
        digest=row.digest,
        scores=Scores.model_validate(row.scores) if row.scores is not None else None,
        objective=Objective.model_validate(row.description),
        error=row.error or row.waiting,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        elapsed_seconds=row.elapsed_seconds,
        paused_at=row.paused_at,
        paused_seconds=row.paused_seconds,
        retries=row.retries,
        resumptions=row.resumptions,
        versions=row.versions,
    )


def shown_generation(row: GenerationRow) -> Generation:
    """A generation on the wire."""
    return Generation(
        generation=row.generation,
        best_fitness=row.best_fitness,
        mean_fitness=row.mean_fitness,
        worst_fitness=row.worst_fitness,
        diversity=row.diversity,
        best_agent_id=row.best_agent_id,
        evaluations=row.evaluations,
        tokens_used=row.tokens_used,
        intervention=Intervention.model_validate(row.intervention) if row.intervention else None,
        retries=row.retries,
        digest=row.digest,
        completed_at=row.completed_at,
        elapsed_seconds=row.elapsed_seconds,
    )


def shown_pattern(row: PatternRow) -> Pattern:
    """A pattern on the wire."""
    return Pattern.model_validate({**row.content, "status": row.status, "effectiveness": row.effectiveness, "quarantine": row.quarantine})
