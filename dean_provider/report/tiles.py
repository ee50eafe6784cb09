"""The few figures worth a glance."""

from __future__ import annotations

from collections.abc import Sequence

from dean_provider.contract.pattern import PatternStatus
from dean_provider.contract.trial import Generation, Trial
from dean_provider.report.data import ReportData
from dean_provider.report.metric import Metric
from dean_provider.report.text import count, duration, percentage, plural, proportion

__all__ = ["tiles", "took"]


def took(trial: Trial, generations: Sequence[Generation]) -> str:
    """The running time in words; empty when it is not known."""
    seconds = trial.elapsed_seconds or (generations[-1].elapsed_seconds if generations else 0)
    return duration(seconds) if seconds else ""


def tiles(data: ReportData, generations: Sequence[Generation], metric: Metric) -> list[tuple[str, str, str]]:
    """Label, value and remark of each figure worth a glance; only what is known."""
    trial = data.trial
    found = []
    if generations:
        first, last = generations[0], generations[-1]
        best = metric.best([metric.of_fitness(each.best_fitness) for each in generations])
        started = f"{metric.fitness_text(first.best_fitness)} at the start"
        found.append(("Best in training", metric.text(best), started))
        threshold = (
            f"threshold {proportion(trial.config.diversity_threshold)}" if trial.config and trial.config.diversity_threshold else "0 to 1"
        )
        found.append(("Diversity at the end", proportion(last.diversity), threshold))
    if trial.current_generation >= 0:
        agents = f"{plural(trial.config.population_size, 'agent')} each" if trial.config else ""
        found.append(("Generations", f"{count(trial.current_generation)} of {count(trial.generations)}", agents))
    if trial.tokens_used or generations:
        found.append(("Tokens used", count(trial.tokens_used), _of_budget(trial)))
    if data.patterns:
        accepted = sum(1 for pattern in data.patterns if pattern.status is PatternStatus.ACCEPTED)
        found.append(("Patterns accepted", f"{count(accepted)} of {count(len(data.patterns))}", "interval above zero"))
    if spent := took(trial, generations):
        found.append(("Took", spent, "pauses excluded"))
    return found


def _of_budget(trial: Trial) -> str:
    if not trial.token_budget:
        return "no bound set"
    return f"{percentage(trial.tokens_used / trial.token_budget)} of {count(trial.token_budget)}"
