"""Figures of trials as they are shown."""

from __future__ import annotations

from dean_provider.contract.workflow import Workflow

__all__ = ["budget", "fitness", "progress", "short", "span"]


def fitness(value: float | None) -> str:
    """A fitness, to six digits."""
    return "" if value is None else f"{value:.6g}"


def progress(workflow: Workflow) -> str:
    """The last generation, of how many."""
    done = "-" if workflow.generation < 0 else str(workflow.generation)
    return f"{done}/{workflow.generations}" if workflow.generations is not None else done


def budget(workflow: Workflow) -> str:
    """Tokens used, of how many."""
    limit = f" of {workflow.token_budget:,}" if workflow.token_budget else ""
    return f"{workflow.tokens_used:,}{limit}"


def span(seconds: float) -> str:
    """A length of time, to the second."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short(identity: object) -> str:
    """The beginning of an id, mostly enough to name it."""
    return str(identity)[:8]
