"""The correlation id that every call carries, so that a service's log leads back to the DAG run and the task that called."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid4

__all__ = ["HEADER", "correlation_id", "current_correlation_id", "run_prefix"]

HEADER = "X-Request-ID"

_RUN_CHARACTERS = 18
"""The first three groups of a UUID: 60 bits besides the version."""


def correlation_id(dag_id: str, run_id: str, task_id: str = "", map_index: int = -1) -> str:
    """The id of a task of a DAG run: the same in every try, in the operator and in its trigger.

    Its first three groups are the run's (:func:`run_prefix`), its last two the task's. A hash in the form of a UUID, because services
    refuse or replace ids in other forms and run ids hold characters that headers may not.
    """
    return run_prefix(dag_id, run_id) + _hashed(dag_id, run_id, task_id, str(map_index))[_RUN_CHARACTERS:]


def run_prefix(dag_id: str, run_id: str) -> str:
    """How the ids of all tasks of a DAG run begin, ``xxxxxxxx-xxxx-4xxx``: what to look for in a service's log."""
    return _hashed(dag_id, run_id)[:_RUN_CHARACTERS]


def _hashed(*identity: str) -> str:
    return str(UUID(bytes=sha256("\x00".join(identity).encode()).digest()[:16], version=4))


def current_correlation_id() -> str:
    """The id of the task that is running, or a random one outside of a task."""
    from airflow.sdk import get_current_context

    try:
        context = get_current_context()
        instance = context["ti"]
        return correlation_id(instance.dag_id, instance.run_id, instance.task_id, -1 if instance.map_index is None else instance.map_index)
    except (RuntimeError, KeyError, AttributeError):
        return str(uuid4())
