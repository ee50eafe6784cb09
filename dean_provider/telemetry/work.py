"""A step of a trial while it is at work: in every log line whose it is, and as a span of the task's trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dean_provider.telemetry.tracing import span

__all__ = ["known_of", "working"]

_CARRIERS = ("plan", "trial")
"""Attributes of steps that hold what an earlier step returned, later ones winning."""


@contextmanager
def working(step: str, **known: Any) -> Iterator[None]:
    """What happens inside belongs to the step. Its calls carry the correlation id as their request's id, so lines say it under both names.

    :param known: ``trial_id``, ``workflow_id``, ``dag_id``, ``run_id``, ``correlation_id``, as far as they are known.
    """
    from structlog.contextvars import bound_contextvars  # noqa: PLC0415 - not while a DAG file is parsed

    told = {name: str(value) for name, value in known.items() if value not in (None, "")}
    if "correlation_id" in told:
        told["request_id"] = told["correlation_id"]
    with bound_contextvars(**told), span(f"dean.{step}", **told):
        yield


def known_of(step: Any, identity: Mapping[str, Any], correlation_id: str | None) -> dict[str, Any]:
    """What is known of a step before it begins.

    :param step: an operator or sensor, its templates rendered.
    :param identity: ``dag_id`` and ``run_id`` of its task.
    """
    known: dict[str, Any] = {"dag_id": identity.get("dag_id"), "run_id": identity.get("run_id"), "correlation_id": correlation_id}
    for name in _CARRIERS:
        carried = getattr(step, name, None)
        if isinstance(carried, Mapping):
            known["trial_id"] = carried.get("trial_id") or known.get("trial_id")
            record = carried.get("record")
            known["workflow_id"] = (record.get("workflow_id") if isinstance(record, Mapping) else None) or known.get("workflow_id")
    return known
