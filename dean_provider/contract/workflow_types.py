"""The kinds of work that are coordinated and recorded: each registered once, under the name its executions carry."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PATTERN_PROPAGATION", "TRIAL", "WorkflowKind", "register_workflow_type", "workflow_type", "workflow_types"]


@dataclass(frozen=True)
class WorkflowKind:
    """:param name: as executions carry it. :param title: for people. :param dag_ids: packaged DAGs whose runs are such executions."""

    name: str
    title: str
    dag_ids: tuple[str, ...] = ()


_known: dict[str, WorkflowKind] = {}


def register_workflow_type(kind: WorkflowKind) -> WorkflowKind:
    """Make a kind known under its name.

    :raises ValueError: when another one has the name.
    """
    if _known.setdefault(kind.name, kind) != kind:
        raise ValueError(f"there is another workflow type {kind.name!r}")
    return kind


def workflow_type(name: str) -> WorkflowKind | None:
    """The kind registered under that name; none for one that only a newer version, or somebody else's package, knows."""
    return _known.get(name)


def workflow_types() -> list[WorkflowKind]:
    """Every kind known here, in the order they were registered."""
    return list(_known.values())


TRIAL = register_workflow_type(WorkflowKind("trial", "Evolution trial", ("dean_evolution_trial", "dean_evolution_trial_scheduled")))
PATTERN_PROPAGATION = register_workflow_type(WorkflowKind("pattern_propagation", "Pattern propagation", ("dean_pattern_propagation",)))
