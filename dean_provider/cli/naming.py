"""Trials by what a person types: an id, the beginning of one, or a name."""

from __future__ import annotations

from uuid import UUID

from dean_provider.cli.gateway import Gateway
from dean_provider.contract.endpoints.gateway import LIST_TRIALS, READ_TRIAL
from dean_provider.contract.workflow import ListWorkflows, Workflow, WorkflowRef
from dean_provider.errors import ConflictError, NotFoundError

__all__ = ["trial_id_of", "trial_of"]

_CANDIDATES = 100
_SHOWN = 5
_LONGEST = 200
_LONGEST_NAME = 64


def trial_of(gateway: Gateway, text: str) -> Workflow:
    """The trial that ``text`` means.

    :raises NotFoundError: when there is none the caller may see.
    :raises ConflictError: when there are several.
    """
    if (whole := _whole(text)) is not None:
        return gateway.call(READ_TRIAL, WorkflowRef(workflow_id=whole))
    meant = _meant(gateway, text)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise _ambiguous(text, meant)
    raise NotFoundError(
        f"There is no trial whose name is {text!r} or whose id begins so.",
        details={"trial": text},
        suggestions=["`dean trial list` shows those you may see; `dean trial list --search …` looks into their names."],
    )


def trial_id_of(gateway: Gateway, text: str) -> UUID:
    """The id of the trial that ``text`` means; a whole id is not looked up."""
    return _whole(text) or trial_of(gateway, text).id


def _whole(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _meant(gateway: Gateway, text: str) -> list[Workflow]:
    found = gateway.call(LIST_TRIALS, ListWorkflows(search=text[:_LONGEST], limit=_CANDIDATES))
    meant = {workflow.id: workflow for workflow in found.workflows if _means(text, workflow)}
    if found.next_cursor and len(text) <= _LONGEST_NAME:
        named = gateway.call(LIST_TRIALS, ListWorkflows(name=text, limit=_CANDIDATES))
        meant |= {workflow.id: workflow for workflow in named.workflows}
    return list(meant.values())


def _means(text: str, workflow: Workflow) -> bool:
    """Whether ``text`` is the trial's name or the beginning of one of its ids, with or without dashes, in small or large letters."""
    beginning = _bare(text)
    ids = (str(workflow.id), workflow.trial_id or "")
    return (bool(text) and workflow.name == text) or (bool(beginning) and any(_bare(known).startswith(beginning) for known in ids))


def _bare(identity: str) -> str:
    return identity.replace("-", "").lower()


def _ambiguous(text: str, meant: list[Workflow]) -> ConflictError:
    listed = [f"{workflow.id} ({workflow.name}, {workflow.status.value}, {workflow.created_at:%Y-%m-%d %H:%M})" for workflow in meant]
    more = [f"… and {len(listed) - _SHOWN} more."] if len(listed) > _SHOWN else []
    return ConflictError(
        f"{text!r} could be {len(meant)} trials. Give more of the id.",
        details={"trial": text, "candidates": [str(workflow.id) for workflow in meant]},
        suggestions=[*listed[:_SHOWN], *more],
    )
