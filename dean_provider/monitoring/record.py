"""Figures of the record: how many trials there are, and how those do that run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from dean_provider.monitoring.catalogue import CATALOGUE
from dean_provider.monitoring.finding import Figures, Found, Source
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.threads import Patient
from dean_provider.state import figures

__all__ = ["MOST_TRIALS", "MOST_WATCHED", "Sessions", "ours", "record_source"]

Sessions = Callable[[], AbstractContextManager[Session]]
MOST_TRIALS = 50
"""Running trials whose figures are told: the newest."""
MOST_WATCHED = 500
"""Running trials that the rules of alerts look at: those with an open incident and the longest idle first."""

_LONGEST_NAME = 100


def ours(samples: Iterable[Sample], dropped: int = 0) -> Figures:
    """Samples of our own, with what the catalogue says of them."""
    told = tuple(samples)
    return Figures(told, {name: CATALOGUE[name].family for name in {sample.name for sample in told}}, dropped)


def record_source(sessions: Sessions, seconds: float, now: Callable[[], datetime]) -> Source:
    """Asks the record."""
    patient = Patient()

    def read() -> Found:
        with sessions() as session:
            counts = figures.trials_by_status(session)
            watched = figures.pressing_running(session, MOST_WATCHED)
            full = len(watched) >= MOST_WATCHED
            newest = figures.newest_running(session, MOST_TRIALS) if full else sorted(watched, key=_age)[:MOST_TRIALS]
            running = figures.count_running(session) if full else len(watched)
        told = {trial.id for trial in newest}
        rest = [trial for trial in watched if trial.id not in told]
        trials = [Sample.of("dean_trials", count, status=status) for status, count in counts.items()]
        trials.append(Sample.of("dean_trials_unwatched", max(0, running - len(told) - len(rest))))
        trials += (sample for trial in newest for sample in _of_trial(trial, now()))
        return Found(figures=ours(trials), unlisted=tuple(sample for trial in rest for sample in _of_trial(trial, now())))

    async def ask() -> Found:
        return await patient.run(read, seconds)

    return Source("record", (), ask, seconds + 1)


def _age(trial: figures.Running) -> tuple[float, int]:
    return -trial.created_at.timestamp(), -trial.id.int


def _of_trial(trial: figures.Running, now: datetime) -> Iterator[Sample]:
    labels = {"dag_id": trial.dag_id or "", "name": trial.name[:_LONGEST_NAME], "workflow_id": str(trial.id)}
    threshold = trial.configuration.get("diversity_threshold")
    told: dict[str, float | None] = {
        "generation": trial.generation,
        "generations": trial.generations,
        "best_fitness": trial.best_fitness,
        "mean_fitness": trial.mean_fitness,
        "diversity": trial.diversity,
        "diversity_threshold": threshold if isinstance(threshold, int | float) else None,
        "tokens_used": trial.tokens_used,
        "token_budget": trial.token_budget,
        "budget_ratio": trial.tokens_used / trial.token_budget if trial.token_budget else None,
        "paused": float(trial.status == "paused"),
        "idle_seconds": max(0.0, (now - trial.updated_at).total_seconds()),
    }
    for name, value in told.items():
        if value is not None:
            yield Sample.of(f"dean_trial_{name}", float(value), **labels)
