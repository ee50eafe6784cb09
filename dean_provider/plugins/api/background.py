"""The jobs the gateway keeps running."""

from __future__ import annotations

from dean_provider.plugins.alerting import alerting_job
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.plugins.reconciler import reconciler_job
from dean_provider.plugins.watching import watching_jobs

__all__ = ["background_jobs"]


def background_jobs(around: Surroundings) -> list[Job]:
    """Every job, made anew: an application has its own."""
    return [reconciler_job(), *watching_jobs(around), alerting_job(around)]
